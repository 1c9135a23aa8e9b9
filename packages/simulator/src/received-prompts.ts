/** What was posted to /prompt, to the letter: a test that looks at parsed values cannot see a digit that was lost. */

export interface ReceivedPrompt {
  readonly promptId: string
  /** The `prompt` of the body as it was written. */
  readonly text: string
  /** The same of `extra_data`; null when there was none. */
  readonly extraData: string | null
}

export interface ReceivedPrompts {
  readonly add: (prompt: ReceivedPrompt) => void
  /** The latest ones, oldest first. */
  readonly list: () => ReceivedPrompt[]
}

const MOST_KEPT = 100

export function createReceivedPrompts(): ReceivedPrompts {
  const prompts: ReceivedPrompt[] = []
  return {
    add(prompt) {
      prompts.push(prompt)
      if (prompts.length > MOST_KEPT) prompts.shift()
    },
    list: () => [...prompts],
  }
}
