import { expect, it } from 'vitest'
import { createSharedWork } from './shared-work.ts'

/** Work whose end the test decides. */
function open() {
  const share = createSharedWork<string>()
  const begun: { signal: AbortSignal; done: (value: string) => void; fail: (e: Error) => void }[] =
    []
  const work = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      begun.push({ signal, done: resolve, fail: reject })
    })
  const ask = (key = 'a', signal = new AbortController().signal) => share(key, work, signal)
  return { begun, ask }
}

it('is done once for all that ask meanwhile, and anew for who comes later', async () => {
  const { begun, ask } = open()
  const asked = [ask(), ask(), ask('b')]
  expect(begun).toHaveLength(2)
  begun[0]?.done('first')
  begun[1]?.done('other')
  expect(await Promise.all(asked)).toEqual(['first', 'first', 'other'])
  const later = ask()
  begun[2]?.done('again')
  expect(await later).toBe('again')
})

it('goes on while anybody waits, and stops with the last', async () => {
  const { begun, ask } = open()
  const [one, other] = [new AbortController(), new AbortController()]
  const asked = [ask('a', one.signal), ask('a', other.signal)].map((answer) =>
    answer.catch((error: unknown) => error),
  )
  one.abort('cancel')
  expect(await asked[0]).toBe('cancel')
  expect(begun[0]?.signal.aborted).toBe(false)
  other.abort('shutdown')
  expect(await asked[1]).toBe('shutdown')
  expect(begun[0]?.signal.reason).toBe('shutdown')
  // what is being stopped is not waited for
  const next = ask()
  begun[1]?.done('fresh')
  expect(await next).toBe('fresh')
})

it('fails for all that wait', async () => {
  const { begun, ask } = open()
  const asked = [ask(), ask()]
  begun[0]?.fail(new Error('no'))
  for (const answer of asked) await expect(answer).rejects.toThrow('no')
})
