/**
 * What is done again and again for whoever asks, and is the same for all: those who ask while it is under way share the
 * next time, which begins after they have asked. So what each of them did before is seen by it, and a hundred at once
 * cost two.
 */
export function shareNext(act: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const running = new Map<string, Promise<void>>()
  const next = new Map<string, Promise<void>>()

  function begin(key: string): Promise<void> {
    next.delete(key)
    const own = act(key).finally(() => {
      if (running.get(key) === own) running.delete(key)
    })
    running.set(key, own)
    return own
  }

  return (key) => {
    const shared = next.get(key)
    if (shared) return shared
    const before = running.get(key)
    if (!before) return begin(key)
    const own = before.then(
      () => begin(key),
      () => begin(key),
    )
    next.set(key, own)
    return own
  }
}
