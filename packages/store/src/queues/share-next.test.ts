import { expect, it } from 'vitest'
import { shareNext } from './share-next.ts'

/** Each time ends when the test says so. */
function start() {
  const begun: { key: string; end: (error?: Error) => void }[] = []
  const ask = shareNext(
    (key) =>
      new Promise<void>((resolve, reject) => {
        begun.push({ key, end: (error) => (error ? reject(error) : resolve()) })
      }),
  )
  return { begun, ask }
}

it('is done once more for all who asked meanwhile, and begins after they have', async () => {
  const { begun, ask } = start()
  const asked = [ask('a'), ask('a'), ask('a')]
  expect(begun).toHaveLength(1)
  begun[0]?.end()
  await asked[0]
  await expect.poll(() => begun.length).toBe(2)
  const late = ask('a')
  begun[1]?.end()
  await Promise.all(asked)
  // the second had begun by then
  await expect.poll(() => begun.length).toBe(3)
  begun[2]?.end()
  await late
  expect(begun).toHaveLength(3)
})

it('is done for each key by itself', async () => {
  const { begun, ask } = start()
  const asked = [ask('a'), ask('b')]
  expect(begun.map(({ key }) => key)).toEqual(['a', 'b'])
  for (const { end } of begun) end()
  await Promise.all(asked)
  void ask('a')
  expect(begun).toHaveLength(3)
})

it('fails for those for whom it was done, and is done for the others all the same', async () => {
  const { begun, ask } = start()
  const first = ask('a')
  const second = ask('a')
  begun[0]?.end(new Error('away'))
  await expect(first).rejects.toThrow('away')
  await expect.poll(() => begun.length).toBe(2)
  begun[1]?.end()
  await second
})
