/** What was posted to /prompt, to the letter: a test that looks at parsed values cannot see a digit that was lost. */
import { createRecent, type Recent } from './recent.ts'

export interface ReceivedPrompt {
  readonly promptId: string
  /** The `prompt` of the body as it was written. */
  readonly text: string
  /** The same of `extra_data`; null when there was none. */
  readonly extraData: string | null
}

const MOST_KEPT = 100

export const createReceivedPrompts = (): Recent<ReceivedPrompt> => createRecent(MOST_KEPT)
