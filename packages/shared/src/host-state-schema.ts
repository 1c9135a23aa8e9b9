/** The state of a host and its reason, to parse with. */
import { z } from 'zod'
import { HOST_REASON_CODES, HOST_STATES } from './host-state.ts'

export const hostStateSchema = z.enum(HOST_STATES).meta({
  id: 'HostState',
  description:
    '`starting`: not reached yet · `ready`: idle · `busy`: has prompts · `draining`: takes no new prompts · `degraded`: works, but not as it should · `quarantined`: its executor does not move · `offline`: cannot be reached. New prompts go to `ready`, `busy` and `degraded` hosts, in this order.',
})

export const hostReasonSchema = z
  .object({ code: z.enum(HOST_REASON_CODES), message: z.string() })
  .meta({ id: 'HostReason' })
