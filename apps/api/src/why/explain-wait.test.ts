/** From what is known of a job that waits to what people are told of it. */
import { type Snapshot, toHostReason } from '@safelight/shared'
import { NO_NEEDS } from '@safelight/store'
import { expect, it } from 'vitest'
import {
  BUSY,
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

const WAITS: WhyRow[] = [
  [
    'others of one owner are ahead',
    {
      snapshot: { pool: 'b' },
      standing: ahead(12, { c: 3, a: 9 }),
      hosts: [host('gpu-1', BUSY), host('gpu-2', BUSY), host('gpu-3', {}, { inPool: false })],
      facts: { beginsInMs: 40_000 },
    },
    'behind_others',
    'Behind 12 jobs, 9 of them of owner a; needs pool b: 2 hosts, both busy; should begin in about 40 s.',
  ],
  [
    'all ahead are of one owner',
    { standing: ahead(1, { a: 1 }) },
    'behind_others',
    'Behind 1 job of owner a; 1 host, busy.',
  ],
  [
    'the line is long',
    { standing: ahead(80_000, { a: 90, b: 10 }, 100), facts: { beginsInMs: 7_500_000 } },
    'behind_others',
    'Behind 80000 jobs, at least 90 of them of owner a; 1 host, busy; should begin in about 2 h 5 min.',
  ],
  [
    'it is next, and the fleet is busy',
    { hosts: [host('gpu-1', BUSY), host('gpu-2', BUSY), host('gpu-3', BUSY)] },
    'fleet_busy',
    'Next in line; 3 hosts, all busy.',
  ],
  [
    'some hosts are not to be had',
    {
      hosts: [
        host('gpu-1', BUSY),
        host('gpu-2', { state: 'draining' }),
        host('gpu-3', {}, { lacks: ["a node 'X'"] }),
      ],
    },
    'fleet_busy',
    'Next in line; 2 hosts, 1 busy, 1 draining, 1 without what it needs.',
  ],
  [
    'a host is free',
    { hosts: [host('gpu-1', { state: 'ready' })] },
    'next',
    'Next in line; 1 host, free; a worker takes it in a moment.',
  ],
  [
    'others were preferred for their models, and its time is short',
    { standing: { overtaken: 2 }, snapshot: limitedTo(TEN_AM) },
    'fleet_busy',
    'Next in line; 1 host, busy; passed over 2 times for jobs whose models were in place; expires if it has not begun by 10:00 UTC.',
  ],
  [
    'no worker ever was',
    { hosts: [] },
    'no_host',
    'No host is known yet: no worker has reported one. A worker with COMFYUI_HOSTS or SAFELIGHT_HOSTS_FILE brings them.',
  ],
  [
    'no worker is alive',
    {
      hosts: [
        host('gpu-1', { ...GONE, since: iso(ago(720)) }),
        host('gpu-2', { ...GONE, since: iso(ago(900)) }),
      ],
    },
    'no_worker',
    'No worker is alive: the last word of one was 12 min ago, of 2 hosts.',
  ],
  [
    'no host has the label',
    { snapshot: { pool: 'b' }, hosts: [host('gpu-1', {}, { inPool: false })] },
    'no_host_of_pool',
    'Needs pool b: the only host does not have that label.',
  ],
  [
    'its label is misspelt',
    {
      snapshot: { pool: 'fluxx' },
      hosts: [
        host('gpu-1', { labels: ['flux'] }, { inPool: false }),
        host('gpu-2', { labels: ['sdxl'] }, { inPool: false }),
      ],
    },
    'no_host_of_pool',
    "Needs pool fluxx: none of 2 hosts has that label; like it: 'flux'.",
  ],
  [
    'no host has a node',
    {
      snapshot: { pool: 'b' },
      hosts: [
        host('gpu-1', {}, { lacks: ["a node 'X'", 'y'] }),
        host('gpu-2', {}, { lacks: ["a node 'X'"] }),
      ],
    },
    'no_host_has',
    "No host of pool b has a node 'X'.",
  ],
  [
    'each host lacks something else',
    {
      hosts: [
        host('gpu-1', {}, { lacks: ["a node 'X'"] }),
        host('gpu-2', {}, { lacks: ["'x.pt' listed for model of Loader"] }),
      ],
    },
    'no_host_has',
    "No host has all that it needs: gpu-1 lacks a node 'X'; gpu-2 lacks 'x.pt' listed for model of Loader.",
  ],
  [
    'the hosts take no jobs',
    {
      hosts: [
        host('gpu-1', { state: 'draining', reason: toHostReason('drain_requested', 'new driver') }),
        host('gpu-2', {
          state: 'quarantined',
          reason: toHostReason('executor_stuck'),
          since: iso(ago(20)),
        }),
      ],
    },
    'hosts_unavailable',
    'None of the 2 hosts that could run it takes jobs now: gpu-1 is draining since 08:30 UTC (new driver); gpu-2 is quarantined since 09:12:10 UTC (a prompt does not move and ignores its interrupt).',
  ],
  [
    'the only host is away since yesterday',
    {
      hosts: [
        host('gpu-1', {
          state: 'offline',
          reason: toHostReason('unreachable'),
          since: '2026-11-25T07:00:00.000Z',
        }),
      ],
    },
    'hosts_unavailable',
    'The only host that could run it takes no jobs now: gpu-1 is offline since 2026-11-25 07:00 UTC (it refuses connections).',
  ],
  [
    'its owner has as many as may be',
    { snapshot: { owner: 'a' }, standing: { ownerRunning: 3 }, facts: { ownerLimit: 3 } },
    'owner_limit',
    'Owner a has 3 jobs on hosts, as many as one owner may at a time: it goes on when one of them has ended.',
  ],
  [
    'only hosts that failed it are there',
    {
      standing: {
        needs: { ...NO_NEEDS, avoid: ['gpu-1'], avoidUntil: TEN_AM, memory: true },
        attempt: attempted(),
      },
      hosts: [host('gpu-1', {}, { avoided: true }), host('gpu-2', { state: 'offline' })],
    },
    'avoiding_hosts',
    'Attempt 2 on gpu-1 failed (it ran out of memory); rather than go back to gpu-1 it waits for another host until 10:00 UTC.',
  ],
  [
    'a failed attempt rests',
    {
      standing: { where: { place: 'deferred' }, until: NOW + 30_000, attempt: attempted() },
    },
    'deferred',
    'Attempt 2 on gpu-1 failed (it ran out of memory): it is tried again, not before 09:13:00 UTC.',
  ],
  [
    'it was put back, and its time has come',
    { standing: { where: { place: 'deferred' }, until: ago(1) } },
    'deferred',
    'It was put back, it begins again in a moment.',
  ],
  [
    'it has a slot',
    { standing: { where: { place: 'execute', hostId: 'gpu-1' } } },
    'on_its_way',
    'It has a slot of gpu-1 and is next there.',
  ],
  [
    'it has a slot of a host that nobody drives',
    { standing: { where: { place: 'execute', hostId: 'gpu-1' } }, hosts: [host('gpu-1', GONE)] },
    'host_away',
    'It has a slot of gpu-1, which no worker has driven since 08:30 UTC; it goes to another host soon.',
  ],
  [
    'it is nowhere',
    { standing: { where: { place: 'nowhere' } } },
    'astray',
    'It is in no queue at the moment; it is put back into its place within seconds.',
  ],
]

function limitedTo(startBy: number): Partial<Snapshot> {
  return { limits: { startBy, timeoutMs: null, nodeRetries: 0 } }
}

it.each(WAITS)('%s', (_, given, ...told) => {
  const [code, text] = told
  expect(ask(given)).toMatchObject({ code, text })
})
