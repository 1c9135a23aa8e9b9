/** Waiting for what a server is to show; never for a length of time. */

const PATIENCE_MS = 10_000
const LOOK_EVERY_MS = 3

export async function until(
  isDone: () => boolean | Promise<boolean>,
  explain: () => string,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await isDone())) {
    if (Date.now() > deadline) throw new Error(`waited too long: ${explain()}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
