/** The fleet's node classes, remembered for a while: they are large and change when hosts come and go. */
import type { NodeClasses } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'

export interface NodeClassCacheDeps {
  load: () => Promise<NodeClasses>
  clock: Clock
  maxAgeMs: number
}

/** Null while no host has sent its classes: then nobody can say that a class is unknown. */
export function createNodeClassCache({
  load,
  clock,
  maxAgeMs,
}: NodeClassCacheDeps): () => Promise<NodeClasses | null> {
  let cached: { at: number; classes: Promise<NodeClasses | null> } | null = null

  async function read(): Promise<NodeClasses | null> {
    const classes = await load()
    return Object.keys(classes).length > 0 ? classes : null
  }

  return function nodeClasses() {
    if (cached && clock.steady() - cached.at < maxAgeMs) return cached.classes
    const fresh = { at: clock.steady(), classes: read() }
    cached = fresh
    fresh.classes.then(
      // "no host yet" is asked again at once: the first host must not wait for the age to pass
      (classes) => classes === null && cached === fresh && (cached = null),
      () => cached === fresh && (cached = null),
    )
    return fresh.classes
  }
}
