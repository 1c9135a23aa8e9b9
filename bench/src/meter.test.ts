import { expect, it } from 'vitest'
import { between, less, parseCommands, type Reading, sumOf } from './meter.ts'

const reading = (commands: [string, number][], cpu: number, atMs: number): Reading => ({
  commands: new Map(commands),
  cpuMs: { worker: cpu, API: 2 * cpu, Redis: 3 * cpu, hosts: 4 * cpu },
  atMs,
})

it('reads the commands of a Redis', () => {
  const info = [
    '# Commandstats',
    'cmdstat_hget:calls=12,usec=3,usec_per_call=0.25,rejected_calls=0,failed_calls=0',
    'cmdstat_config|get:calls=1,usec=3',
  ].join('\r\n')
  expect([...parseCommands(info)]).toEqual([
    ['hget', 12],
    ['config|get', 1],
  ])
})

it('tells what was spent between two looks, without the looks', () => {
  const before = reading([['hget', 10]], 100, 1_000)
  const after = reading(
    [
      ['hget', 15],
      ['zadd', 7],
      ['info', 1],
    ],
    130,
    1_500,
  )
  const spent = between(before, after)
  expect(spent).toEqual({
    commands: 12,
    byName: [
      ['zadd', 7],
      ['hget', 5],
    ],
    cpuMs: { worker: 30, API: 60, Redis: 90, hosts: 120 },
    ms: 500,
  })
  expect(sumOf([spent, spent])).toMatchObject({
    commands: 24,
    byName: [
      ['zadd', 14],
      ['hget', 10],
    ],
    cpuMs: { Redis: 180 },
    ms: 1_000,
  })
})

it('takes off what goes on all the same, for as long as it went on', () => {
  const spent = between(reading([['hget', 0]], 0, 0), reading([['hget', 100]], 50, 500))
  const idle = between(reading([['hget', 0]], 0, 0), reading([['hget', 20]], 20, 1_000))
  expect(less(spent, idle)).toMatchObject({ commands: 90, cpuMs: { worker: 40, API: 80 }, ms: 500 })
})
