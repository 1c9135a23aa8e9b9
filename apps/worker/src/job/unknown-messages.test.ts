import { expect, it } from 'vitest'
import type { Emit, WorkerEvents } from '@safelight/runtime'
import { createUnknownMessages } from './unknown-messages.ts'

function open() {
  const lines: string[] = []
  const emit: Emit<WorkerEvents> = (...event) => {
    if (event[0] === 'message:unknown' && event[1].isFirst) lines.push(event[1].type)
  }
  return { lines, unknown: createUnknownMessages(emit) }
}

it('counts every unknown message and says which is the first of its type', () => {
  const { lines, unknown } = open()
  for (const type of ['crystools.monitor', 'kaytool', 'crystools.monitor']) unknown.note(type)
  expect(Object.fromEntries(unknown.counts)).toEqual({ 'crystools.monitor': 2, kaytool: 1 })
  expect(lines).toEqual(['crystools.monitor', 'kaytool'])
})

it('does not remember types without end', () => {
  const { lines, unknown } = open()
  for (let n = 0; n < 1_000; n += 1) unknown.note(`type ${n}`)
  expect(unknown.counts.size).toBe(201)
  expect(unknown.counts.get('(others)')).toBe(800)
  expect(lines).toHaveLength(201)
})
