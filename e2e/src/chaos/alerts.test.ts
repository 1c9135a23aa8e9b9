import { expect, it } from 'vitest'
import { isAlert, readRules } from '../monitoring/rules.ts'
import { ALERT_RULES, type AlertFacts } from './alert-causes.ts'
import { type HeldBlow, judgeAlerts, type Stretch } from './alerts.ts'
import type { Disruption } from './blows.ts'
import { planHeld } from './held.ts'

const NOTHING: AlertFacts = { deadLetters: [], ours: 0, attemptsFailed: 0, lost: 0, slowWrites: [] }
const blow = (over: Partial<Disruption> = {}): Disruption => ({
  target: 'worker-1',
  what: 'killed',
  at: 100_000,
  until: 103_000,
  hostId: null,
  dead: true,
  forgot: true,
  left: null,
  ...over,
})
const stretch = (alert: string, over: Partial<Stretch> = {}): Stretch => ({
  alert,
  state: 'pending',
  subject: '',
  from: 102_000,
  to: 110_000,
  ...over,
})
function faults(
  stretches: Stretch[],
  { disruptions = [], held = [] }: { disruptions?: Disruption[]; held?: HeldBlow[] } = {},
  facts = NOTHING,
) {
  return judgeAlerts(stretches, { disruptions, held, endedAt: 900_000 }, facts).faults
}

it('says of each alert what may stir it', () => {
  const names = readRules().flatMap((rule) => (isAlert(rule) ? [rule.alert] : []))
  expect(Object.keys(ALERT_RULES).toSorted()).toEqual(names.toSorted())
  const must = planHeld(1, 600_000).flatMap((held) => held.must)
  expect(must.filter((alert) => !names.includes(alert))).toEqual([])
})

it('lets an alert stir for its blow, of the process it tells of, and for no other', () => {
  const away = stretch('SafelightProcessAway', { subject: 'worker-1' })
  expect(faults([away], { disruptions: [blow()] })).toEqual([])
  expect(faults([away])).toHaveLength(1)
  expect(faults([away], { disruptions: [blow({ target: 'worker-2' })] })).toHaveLength(1)
  expect(faults([{ ...away, from: 99_000 - 1 }], { disruptions: [blow()] })).toHaveLength(1)
  expect(faults([{ ...away, from: 150_000 }], { disruptions: [blow()] })).toHaveLength(1)
  expect(faults([stretch('SafelightQueueFull')], { disruptions: [blow()] })).toHaveLength(1)
})

it('lets none fire that nothing lasts long enough for', () => {
  const lags = stretch('SafelightEventLoopLags', { subject: 'worker-1' })
  const frozen = blow({ what: 'frozen', dead: false })
  expect(faults([lags], { disruptions: [frozen] })).toEqual([])
  expect(faults([{ ...lags, state: 'firing' }], { disruptions: [frozen] })).toHaveLength(1)
})

it('demands the alerts of a blow that was held, while it lasted', () => {
  const redis = blow({ target: 'redis', at: 100_000, until: 115_000 })
  const held = [{ what: 'Redis away', must: ['SafelightRedisAway'], from: 100_000, to: 116_000 }]
  const fired = stretch('SafelightRedisAway', { state: 'firing', from: 106_000 })
  expect(faults([fired], { disruptions: [redis], held })).toEqual([])
  expect(faults([{ ...fired, state: 'pending' }], { disruptions: [redis], held })).toEqual([
    'SafelightRedisAway did not fire: Redis away',
  ])
})

it('holds alerts that count to the numbers of the run', () => {
  const letters = stretch('SafelightDeadLettersGrow', { state: 'firing' })
  const five = { ...NOTHING, deadLetters: [1, 2, 3, 4, 5] }
  expect(faults([letters], {}, five)).toEqual([])
  expect(faults([letters])).toHaveLength(1)
  const slow = stretch('SafelightAppendSlow', { from: 100_000 })
  expect(faults([slow], {}, { ...NOTHING, slowWrites: [90_000] })).toEqual([])
  expect(faults([slow], {}, { ...NOTHING, slowWrites: [30_000, 101_000] })).toHaveLength(1)
  expect(faults([], {}, five)).toEqual(['SafelightDeadLettersGrow did not fire: 5 dead letters'])
  expect(faults([], {}, { ...NOTHING, lost: 2 })).toHaveLength(1)
})
