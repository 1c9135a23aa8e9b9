/** The fleet's node classes, remembered for a while: they are large and change when hosts come and go. */
import type { NodeClasses } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'

export interface KnownClassesDeps {
  load: () => Promise<NodeClasses>
  clock: Clock
  maxAgeMs: number
}

/** Null while no host has told its classes: then nobody can say that a class is unknown. */
export function createKnownClasses({
  load,
  clock,
  maxAgeMs,
}: KnownClassesDeps): () => Promise<NodeClasses | null> {
  let known: { at: number; classes: Promise<NodeClasses | null> } | null = null

  async function read(): Promise<NodeClasses | null> {
    const classes = await load()
    return Object.keys(classes).length > 0 ? classes : null
  }

  return function knownClasses() {
    if (known && clock.now() - known.at < maxAgeMs) return known.classes
    const fresh = { at: clock.now(), classes: read() }
    known = fresh
    fresh.classes.then(
      // "no host yet" is asked again at once: the first host must not wait for the age to pass
      (classes) => classes === null && known === fresh && (known = null),
      () => known === fresh && (known = null),
    )
    return fresh.classes
  }
}
