/** Payloads of the event stream in `format=native`: those of Socket.IO, to be folded by the same reducer. `preview` is the contract's. */
import { z } from 'zod'
import { jobEventSchema } from '../events.ts'
import { snapshotSchema } from '../snapshot.ts'
import { outputViewSchema } from './output-view.ts'

const [statusEvent, progressEvent, outputEvent] = jobEventSchema.options

/** `open`: the missed events follow, exactly, so what the client holds stays good. */
export const nativeOpenSchema = z
  .object({
    queuePosition: z.int().nonnegative().nullable(),
    /** Expected ms until a queued job has ended; null when it is not queued, or nobody can say. */
    etaMs: z.number().nonnegative().nullable(),
    /** The server's clock, ms since the epoch: `snapshot.updatedAt` is measured by it. */
    now: z.number(),
  })
  .meta({ id: 'NativeOpen' })
export type NativeOpen = z.infer<typeof nativeOpenSchema>

/** `snapshot` and, later, `resync`: the job as it is, in place of all that the client holds. */
export const nativeSnapshotSchema = nativeOpenSchema
  .extend({ snapshot: snapshotSchema.extend({ outputs: z.array(outputViewSchema) }) })
  .meta({ id: 'NativeSnapshot' })
export type NativeSnapshot = z.infer<typeof nativeSnapshotSchema>

/** `event`: one job event; `seq` is one more than the last one heard, or a `resync` comes first. */
export const nativeEventSchema = z
  .discriminatedUnion('type', [
    statusEvent,
    progressEvent,
    outputEvent.extend({ output: outputViewSchema }),
  ])
  .meta({ id: 'NativeEvent' })
export type NativeEvent = z.infer<typeof nativeEventSchema>

/** `position`: jobs ahead of a queued job changed, or when it should be done. A hint, not an event: no id. */
export const nativePositionSchema = nativeOpenSchema
  .omit({ now: true })
  .extend({ jobId: z.string() })
  .meta({ id: 'NativePosition' })
export type NativePosition = z.infer<typeof nativePositionSchema>
