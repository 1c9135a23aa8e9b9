import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createLines } from './lines.ts'

const never = new AbortController().signal

/** Tasks that end when they are told to. */
function openLines() {
  const lines = createLines(3)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const add = (task: string, name = 'gpu', signal = never) =>
    lines.run(name, signal, () => {
      begun.push(task)
      return new Promise<void>((resolve) => ends.set(task, resolve))
    })
  const end = async (name: string, task: Promise<void>) => {
    await setImmediate()
    ends.get(name)?.()
    await task
    await setImmediate()
  }
  return { add, end, begun }
}

it('lets three at a time, and the next in turn when one ends', async () => {
  const { add, end, begun } = openLines()
  const [one = Promise.resolve()] = ['1', '2', '3', '4', '5'].map((name) => add(name))
  await setImmediate()
  expect(begun).toEqual(['1', '2', '3'])
  await end('1', one)
  expect(begun).toEqual(['1', '2', '3', '4'])
})

it('keeps the lines of hosts apart', async () => {
  const { add, begun } = openLines()
  for (const name of ['1', '2', '3', '4']) void add(name)
  void add('other', 'gpu-2')
  await setImmediate()
  expect(begun).toEqual(['1', '2', '3', 'other'])
})

it('lets nobody in who no longer waits', async () => {
  const { add, end, begun } = openLines()
  const stop = new AbortController()
  const [one = Promise.resolve()] = ['1', '2', '3'].map((name) => add(name))
  const gone = add('gone', 'gpu', stop.signal)
  void add('next')
  stop.abort('shutdown')
  await expect(gone).rejects.toBe('shutdown')
  await end('1', one)
  expect(begun).toEqual(['1', '2', '3', 'next'])
})
