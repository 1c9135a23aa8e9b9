/** From what is known of a job that has a host, or has ended, to what people and programs are told of it. */
import { type Snapshot, toHostReason } from '@safelight/shared'
import { expect, it } from 'vitest'
import { toProgress } from '../testing/play-worker.ts'
import {
  GONE,
  NOW,
  TEN_AM,
  ago,
  ahead,
  ask,
  attempted,
  host,
  iso,
  type WhyRow,
} from '../testing/why-facts.ts'

const RUNNING: Partial<Snapshot> = {
  status: 'running',
  attempt: 1,
  hostId: 'gpu-1',
  updatedAt: NOW,
}
const at = (phase: Snapshot['phase'], over: Partial<Snapshot> = {}) => ({
  ...RUNNING,
  phase,
  ...over,
})
const sampling = toProgress(0.4, {
  current_node: '3',
  current_node_class: 'KSampler',
  step: 5,
  steps: 20,
  eta_ms: 30_000,
})

const RUNS: WhyRow[] = [
  [
    'its inputs are prepared',
    { snapshot: at('preparing'), standing: { inputs: 3 }, facts: { since: ago(4) } },
    'preparing',
    'Its 3 inputs are being brought to gpu-1 for 4 s.',
  ],
  [
    'nothing needs to be prepared',
    { snapshot: at('preparing') },
    'preparing',
    'Being made ready for gpu-1.',
  ],
  [
    'another job of ours runs there',
    { snapshot: at('submitted'), hosts: [host('gpu-1', { running: ['j-7'] })] },
    'submitted',
    'Its prompt is on gpu-1; behind job j-7 there.',
  ],
  [
    'prompts of others are before it',
    {
      snapshot: at('submitted'),
      hosts: [host('gpu-1', { queue_depth: 3 })],
      facts: { since: ago(9) },
    },
    'submitted',
    'Its prompt has been on gpu-1 for 9 s; behind 2 prompts of others in its queue.',
  ],
  [
    'it executes',
    {
      snapshot: at('executing', { progress: sampling }),
      facts: { since: ago(12), nodeMs: 20_000 },
    },
    'executing',
    'Executes KSampler (node 3) on gpu-1 for 12 s of about 20 s; step 5 of 20; about 30 s left.',
  ],
  [
    'nothing is known of the node, and nothing moves',
    {
      snapshot: at('executing', {
        progress: { ...sampling, current_node_class: null, step: null, eta_ms: null },
        updatedAt: ago(40),
      }),
    },
    'executing',
    'Executes node 3 on gpu-1; nothing has moved for 40 s.',
  ],
  [
    'its outputs are brought home',
    { snapshot: at('collecting'), facts: { since: ago(2) } },
    'collecting',
    'Executed; its outputs are being brought home from gpu-1 for 2 s.',
  ],
  [
    'its worker is gone',
    { snapshot: at('executing'), hosts: [host('gpu-1', GONE)] },
    'worker_lost',
    'No worker has driven gpu-1, which has the job, since 08:30 UTC; the next one that does takes it over; without one it goes to another host.',
  ],
  [
    'its host is away',
    { snapshot: at('executing'), standing: { attempt: attempted({ unreachableSince: ago(100) }) } },
    'host_away',
    'Its host gpu-1 has not been reached since 09:10 UTC; it waits a while for it, then goes to another host.',
  ],
  [
    'its host is offline, and its worker still hopes',
    {
      snapshot: at('executing'),
      hosts: [
        host('gpu-1', {
          state: 'offline',
          reason: toHostReason('unreachable'),
          since: '2026-11-26T09:11:00.000Z',
        }),
      ],
    },
    'host_away',
    'Its host gpu-1 is offline since 09:11 UTC (it refuses connections); it waits a while for it, then goes to another host.',
  ],
  [
    'its end was asked for',
    {
      snapshot: { ...RUNNING, status: 'canceling', phase: 'executing' },
      facts: { since: ago(12) },
    },
    'canceling',
    'Its end was asked for 12 s ago (09:12:18 UTC); waits until gpu-1 confirms that it has stopped.',
  ],
  [
    'it has ended',
    { snapshot: { status: 'failed', error: { code: 'stalled', message: 'x' } } },
    'ended',
    'It waits for nothing: it has ended (failed, stalled).',
  ],
]

it.each(RUNS)('%s', (_, given, ...told) => {
  const [code, text] = told
  expect(ask(given)).toMatchObject({ code, text })
})

it('says the same in data', () => {
  const { status, details } = ask({
    snapshot: {
      pool: 'b',
      owner: 'o',
      limits: { startBy: TEN_AM, timeoutMs: null, nodeRetries: 0 },
    },
    standing: { ...ahead(300, { a: 90, c: 10 }, 100), attempt: attempted(), ownerRunning: 1 },
    hosts: [
      host('gpu-1', { state: 'busy', running: ['x'] }, { avoided: true }),
      host('gpu-2', {}, { inPool: false }),
    ],
    facts: { beginsInMs: 1_000.4, endsInMs: 2_000.6, ownerLimit: 4 },
  })
  expect(status).toBe('queued')
  expect(details).toMatchObject({
    place: 'backlog',
    pool: 'b',
    ahead: 300,
    ahead_counted: 100,
    ahead_by_owner: [
      { owner: 'a', jobs: 90 },
      { owner: 'c', jobs: 10 },
    ],
    begins_in_ms: 1_000,
    ends_in_ms: 2_001,
    owner: { name: 'o', running: 1, limit: 4 },
    start_by: '2026-11-26T10:00:00.000Z',
    attempts: [{ attempt: 2, host_id: 'gpu-1', cause: 'out_of_memory', at: iso(ago(5)) }],
    hosts: [{ id: 'gpu-1', state: 'busy', free_slots: 1, avoided: true, lacks: [] }],
    hosts_total: 1,
  })
})

it('stays small whatever the fleet is', () => {
  const lacks = Array.from({ length: 5 }, (_, n) => `a node 'N${n}'`)
  const hosts = Array.from({ length: 500 }, (_, n) =>
    host(`gpu-${n}`, {}, { lacks: [...lacks, `${n}`] }),
  )
  const why = ask({ hosts })
  expect(why.text.length).toBeLessThan(1_000)
  expect(why.details).toMatchObject({ hosts_total: 500 })
  expect(why.details.hosts).toHaveLength(20)
})
