/** Hosts that are alike share one description of their node classes: it takes megabytes where there are many custom nodes. */
import { createHash } from 'node:crypto'
import type { HostClient, NodeClasses } from '@safelight/comfyui'
import { createLines } from '../lines.ts'

export interface Alike {
  /** The same client, whose answers share what they have in common with those of others. */
  sharing: (client: HostClient) => HostClient
}

/** Descriptions that are read at a time: each is in memory several times over meanwhile, and a worker may start with hundreds of hosts. */
const READ_AT_ONCE = 4

export function createAlike(): Alike {
  const lines = createLines(READ_AT_ONCE)
  const known = new Map<string, WeakRef<NodeClasses>>()

  function share(classes: NodeClasses): NodeClasses {
    const digest = createHash('sha256').update(JSON.stringify(classes)).digest('base64url')
    const there = known.get(digest)?.deref()
    if (there) return there
    for (const [gone, ref] of known) if (!ref.deref()) known.delete(gone)
    known.set(digest, new WeakRef(classes))
    return classes
  }

  return {
    sharing: (client) => ({
      ...client,
      objectInfo: (signal) =>
        lines.run('', signal ?? new AbortController().signal, async () => {
          const info = await client.objectInfo(signal)
          return { ...info, classes: share(info.classes) }
        }),
    }),
  }
}
