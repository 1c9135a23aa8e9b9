import { systemClock } from '@safelight/runtime'
import { expect, it } from 'vitest'
import { healthRoutes, judgeHealth } from './health-check.ts'
import { watchLoop } from './loop-watch.ts'

it('a process is well when no check knows a reason why not', async () => {
  const options = { clock: systemClock, withinMs: 1_000 }
  expect(await judgeHealth([() => [], async () => []], options)).toEqual({
    status: 'ok',
    reasons: [],
  })
})

it('a check that fails or does not answer is a reason, and hides no other', async () => {
  const known = { code: 'closing', message: 'It is stopping.' }
  const fails = () => {
    throw new Error('a secret')
  }
  const { status, reasons } = await judgeHealth(
    [() => [known], fails, () => new Promise(() => undefined)],
    { clock: systemClock, withinMs: 20 },
  )
  expect(status).toBe('unavailable')
  expect(reasons.map(({ code }) => code)).toEqual(['closing', 'check_failed', 'no_answer'])
  expect(JSON.stringify(reasons)).not.toContain('secret')
})

it('a process that does most of its work is degraded, unless something else keeps it from all of it', async () => {
  const options = { clock: systemClock, withinMs: 1_000 }
  const full = { code: 'redis_full', message: 'It is full.', degrades: true } as const
  const closing = { code: 'closing', message: 'It is stopping.' }
  expect(await judgeHealth([() => [full]], options)).toEqual({
    status: 'degraded',
    reasons: [full],
  })
  expect((await judgeHealth([() => [full], () => [closing]], options)).status).toBe('unavailable')
  const [, ready] = healthRoutes({ live: [], ready: [() => [full]] }, options)
  const request = { params: {}, query: new URLSearchParams() }
  expect(ready && 'read' in ready && (await ready.read(request))).toMatchObject({
    status: 200,
    body: { status: 'degraded' },
  })
})

it('a loop that stood still is told of for a while, by whoever looks first', () => {
  let time = 0
  let beat = () => {}
  const clock = {
    now: () => time,
    steady: () => time,
    after: (_ms: number, act: () => void) => {
      beat = act
      return () => {}
    },
  }
  const { check } = watchLoop({ clock })
  time += 1_000
  beat()
  time += 10_900
  beat()
  expect(check()).toEqual([])
  time += 1_000 + 12_000
  // the prober came before the beat that is late
  expect(check()).toEqual([{ code: 'loop_stuck', message: 'The event loop stood still for 12 s.' }])
  beat()
  for (let second = 0; second < 59; second += 1) {
    time += 1_000
    beat()
  }
  expect(check()).toHaveLength(1)
  time += 2_000
  beat()
  expect(check()).toEqual([])
})
