import { createLogger } from '@safelight/runtime'
import { expect, it } from 'vitest'
import { createEndedPrompts } from './ended-prompts.ts'

const log = createLogger({ level: 'silent', name: 'test' })

function open(trouble: Error | null = null) {
  const told: [hostId: string, promptIds: readonly string[]][] = []
  const due: (() => void)[] = []
  let calledOff = 0
  const on = (hostId: string) => ({
    hostId,
    client: {
      async forget(promptIds: readonly string[]) {
        told.push([hostId, promptIds])
        if (trouble) throw trouble
      },
    },
  })
  const ended = createEndedPrompts({
    timings: { forgetEveryMs: 2_000 },
    clock: {
      after(_ms, act) {
        due.push(act)
        return () => (calledOff += 1)
      },
    },
    log,
  })
  return { ended, on, told, due, calledOff: () => calledOff }
}

it('tells each host of its prompts at once, and only when they have waited for others', () => {
  const { ended, on, told, due } = open()
  ended.add(on('gpu-1'), 'a')
  ended.add(on('gpu-2'), 'b')
  ended.add(on('gpu-1'), 'c')
  expect(told).toEqual([])
  for (const act of due) act()
  expect(told).toEqual([
    ['gpu-1', ['a', 'c']],
    ['gpu-2', ['b']],
  ])
  ended.add(on('gpu-1'), 'd')
  expect(due).toHaveLength(3)
})

it('keeps no more than a handful in mind', () => {
  const { ended, on, told, calledOff } = open()
  for (let n = 0; n < 130; n += 1) ended.add(on('gpu-1'), `p${n}`)
  expect(told.map(([, promptIds]) => promptIds.length)).toEqual([64, 64])
  expect(calledOff()).toBe(2)
})

it('tells what is left when it closes, whatever the host says', async () => {
  const { ended, on, told, due } = open(new Error('refused'))
  ended.add(on('gpu-1'), 'a')
  await ended.close()
  expect(told).toEqual([['gpu-1', ['a']]])
  // called off, and nothing is left of it
  for (const act of due) act()
  expect(told).toHaveLength(1)
})
