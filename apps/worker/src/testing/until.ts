/** Waiting for a condition, never for a time. */

/** Asks until there is an answer. The test's own timeout says when that is too long. */
export async function until<T>(ask: () => Promise<T | null> | T | null): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
