/** Waits until the API takes jobs, or a process of the stack has died. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Child } from './child.ts'

const START_MS = 60_000

/** @throws Error with one clear line when it takes too long or a process ends */
export async function waitForApi(
  apiUrl: string,
  options: { children: Child[]; signal: AbortSignal },
): Promise<void> {
  const died = Promise.race(
    options.children.map(async (child) => {
      const code = await child.ended
      throw new Error(`${child.name} ended while starting (exit code ${code})`)
    }),
  )
  // whoever loses the race must not be an unhandled rejection later
  died.catch(() => undefined)
  await Promise.race([
    poll(apiUrl, AbortSignal.any([options.signal, AbortSignal.timeout(START_MS)])),
    died,
  ])
}

async function poll(apiUrl: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ready = await fetch(`${apiUrl}/readyz`, { signal }).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ready) return
    await delay(100)
  }
  throw new Error(`the API did not come up within ${START_MS / 1_000} seconds`)
}
