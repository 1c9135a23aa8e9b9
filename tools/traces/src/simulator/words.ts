/** How much a socket has said: its messages, runs of ticks counted once. */
import { collapse } from './compare.ts'
import { createListener, type Message, type Token, toStory } from './tokens.ts'

/** A socket's messages, runs of ticks counted once. */
export function words(messages: readonly Message[]): string[] {
  return collapse(toStory(messages, () => '').tokens, 'any').map(({ full }) => full)
}

export interface WordCounter {
  count(message: Message): void
  words(): number
}

/** Counts as `words` does, message by message. */
export function createWordCounter(): WordCounter {
  const listener = createListener(() => '')
  let words = 0
  let last: Token | null = null
  return {
    count(message) {
      const token = listener.hear(message)
      if (token.type === 'status') return
      if (!token.isTick || !last?.isTick) words++
      last = token
    },
    words: () => words,
  }
}
