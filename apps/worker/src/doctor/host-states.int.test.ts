/** What is found of hosts that answer and get no jobs. */
import { toHostReason } from '@safelight/shared'
import { createHostRegistry } from '@safelight/store'
import { newHostReport, newHostView } from '@safelight/testkit'
import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { judgeState, lookAtHostStates } from './host-states.ts'

it('hosts of the list that are held back are told, with what to do', async () => {
  const { redis, keys, store } = await openTestStore()
  const registry = createHostRegistry({ redis, keys })
  const look = async (...hostIds: string[]) =>
    (await lookAtHostStates(redis, { namespace: keys.namespace, hostIds })).map(
      ({ check, verdict, found, advice }) => [`${verdict} ${check} ${found}`, advice],
    )
  // no worker has ever run
  expect(await look('gpu-1', 'gpu-2')).toEqual([])

  const at = await store.now()
  await registry.report(
    newHostReport(at, { hostId: 'gpu-1' }),
    newHostReport(at, {
      hostId: 'gpu-2',
      state: 'quarantined',
      reason: toHostReason('executor_stuck'),
    }),
    newHostReport(at, { hostId: 'gpu-3', state: 'degraded', reason: toHostReason('socket_deaf') }),
  )
  expect(await look('gpu-1', 'gpu-9')).toEqual([
    ['ok host states none of the list is drained, quarantined or degraded', null],
  ])
  expect(await look('gpu-1', 'gpu-2', 'gpu-3')).toEqual([
    [
      'warn host gpu-2 is quarantined: executor_stuck',
      expect.stringMatching(/^restart its ComfyUI/),
    ],
    ['warn host gpu-3 is degraded: socket_deaf', expect.stringContaining('WebSockets')],
  ])
  // both: to restart it is not enough
  await registry.drain('gpu-2', 'smells\nof smoke')
  expect(await look('gpu-2')).toEqual([
    ['warn host gpu-2 is quarantined: executor_stuck', expect.any(String)],
    [
      expect.stringMatching(/^warn host gpu-2 is drained since 2\S+Z: smells of smoke$/),
      expect.stringContaining('`safelight resume gpu-2`'),
    ],
  ])
})

it('one that is away is told by those who look for it, not twice', () => {
  const reason = toHostReason('unreachable')
  expect(judgeState(newHostView({ state: 'offline', reason }))).toEqual([])
  expect(judgeState(newHostView({ state: 'busy' }))).toEqual([])
})
