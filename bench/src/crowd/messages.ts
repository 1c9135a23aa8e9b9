/** What a process of a crowd is told, and what it says. */
import { z } from 'zod'

export const seatSchema = z.object({
  url: z.string(),
  /** `watch`: Socket.IO, and asks for its job; `ws`: a bare WebSocket; `sse`: an event stream. */
  kind: z.enum(['watch', 'ws', 'sse']),
  /** One socket each. */
  jobIds: z.array(z.string()),
})
export type Seat = z.infer<typeof seatSchema>

export const orderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), seat: seatSchema }),
  z.object({ type: z.literal('leave') }),
  /** What was heard is forgotten. */
  z.object({ type: z.literal('reset') }),
  z.object({ type: z.literal('report') }),
  /** One socket stops reading, or reads again. */
  z.object({ type: z.literal('stall'), stalled: z.boolean() }),
])
export type Order = z.infer<typeof orderSchema>

export const hearingSchema = z.object({
  /** Events, over all sockets but the stalled one. */
  heard: z.number(),
  /** Of the sockets that are timed, in order: `value` of the node that ticks, and ms since the time that the event carries. */
  timed: z.array(
    z.object({
      client: z.number(),
      at: z.number(),
      value: z.number().nullable(),
      ms: z.number().nullable(),
    }),
  ),
})
export type Hearing = z.infer<typeof hearingSchema>

export const answerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('opened') }),
  z.object({ type: z.literal('done') }),
  z.object({ type: z.literal('hearing'), hearing: hearingSchema }),
])
export type Answer = z.infer<typeof answerSchema>

/** Now, as every process of this machine has it: ms, with fractions. */
export const now = (): number => performance.timeOrigin + performance.now()

/** An event carries when it was made in the line for people. */
export const toTimedMessage = (at: number): string => `@${at.toFixed(3)}@`
