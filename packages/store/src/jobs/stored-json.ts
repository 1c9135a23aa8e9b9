/** JSON that comes back from Redis, parsed once at this edge. */
import { type Snapshot, snapshotSchema } from '@safelight/shared'

export function parseSnapshot(json: string): Snapshot {
  return snapshotSchema.parse(JSON.parse(json))
}
