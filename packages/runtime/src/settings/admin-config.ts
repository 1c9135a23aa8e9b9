/** Settings of the port that tells those who run a process how it does, and of who may reach a process at all. */
import { z } from 'zod'
import { isLoopback } from '../http/host-names.ts'
import { bearerToken, flag, list, port } from './config-fields.ts'

export const ADMIN_SHAPE = {
  ADMIN_PORT: z
    .union([z.literal('off').transform(() => null), port()], {
      error: 'must be a whole number from 0 to 65535, or off',
    })
    .optional()
    .describe(
      'Port of /metrics, /livez, /readyz and what else tells how the process does (docs/operations.md); 0 takes a free one, off: none. Unset: 9464 of an API, 9465 of a worker, or any other when that is taken',
    ),
  ADMIN_HOST: z
    .string()
    .prefault('127.0.0.1')
    .describe(
      'Address of ADMIN_PORT; another than of the loopback needs ADMIN_TOKEN or OPEN_TO_ALL',
    ),
  ADMIN_TOKEN: bearerToken()
    .optional()
    .describe('Bearer token that requests at ADMIN_PORT must show, but /livez and /readyz'),
  OPEN_TO_ALL: flag()
    .prefault('false')
    .describe(
      'Listen on another address than the loopback without a token: whoever reaches it may do anything',
    ),
  ALLOWED_HOSTS: list()
    .prefault('')
    .describe(
      'Names by which requests may call this process besides localhost, HOST, ADMIN_HOST and that of PUBLIC_URL, separated by commas, or *; others get 421. A proxy that does not pass on the Host it was asked for sends its own name for us. /livez and /readyz answer to any',
    ),
}

export type AdminConfig = z.output<z.ZodObject<typeof ADMIN_SHAPE>>

/** Who lets others look without a token must mean it. */
export function checkAdmin(
  { ADMIN_HOST, ADMIN_PORT, ADMIN_TOKEN, OPEN_TO_ALL }: AdminConfig,
  context: z.RefinementCtx,
): void {
  if (ADMIN_PORT === null || isLoopback(ADMIN_HOST) || ADMIN_TOKEN !== undefined || OPEN_TO_ALL)
    return
  context.addIssue({
    code: 'custom',
    path: ['ADMIN_HOST'],
    message:
      'others can reach it and there is no ADMIN_TOKEN: set one, or OPEN_TO_ALL=true if that is meant',
  })
}
