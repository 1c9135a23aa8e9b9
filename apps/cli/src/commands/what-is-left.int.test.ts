/** `safelight drain --wait`, against a server whose host a test makes up: what it says, and when it is over. */
import { type HostView, toHostReason } from '@safelight/shared'
import { newHostView } from '@safelight/testkit'
import { expect, it, vi } from 'vitest'
import { runCli } from '../run-cli.ts'
import { startAnswers } from '../testing/run-against.ts'
import { createTestIo } from '../testing/test-io.ts'
import { toLeftText } from './what-is-left.ts'

const DRAINED: Partial<HostView> = {
  state: 'draining',
  reason: toHostReason('drain_requested', 'new driver'),
  drain: { reason: 'new driver', since: '2026-01-01T12:00:00.000Z' },
}

const drained = (over: Partial<HostView> = {}) => newHostView({ id: 'gpu-2', ...DRAINED, ...over })

type Look = HostView | 'none' | 'broken'

/** @param looks what the list has at each look after the drain; the last one stays. @param first what the drain has */
async function startHost(first: HostView, looks: readonly Look[], before: object = {}) {
  const asked: string[] = []
  let at = -2
  const safelight = await startAnswers({
    'POST /api/v2/hosts/gpu-2/drain': (body) => {
      asked.push(body)
      return first
    },
    'GET /api/v2/hosts': () => {
      at += 1
      const other = newHostView({ id: 'gpu-1' })
      if (at < 0) return { hosts: [other, { ...newHostView({ id: 'gpu-2' }), ...before }] }
      const look = looks[Math.min(at, looks.length - 1)]
      if (look === 'broken') return undefined
      return { hosts: look === 'none' ? [other] : [other, look] }
    },
  })
  return { safelight, asked }
}

it('waits until a host has nothing of ours, and says what is left whenever that changes', async () => {
  const last = drained({ collecting: ['job-1'] })
  const { safelight } = await startHost(drained({ running: ['job-1'], staged: ['job-2'] }), [
    drained({ running: ['job-2'], collecting: ['job-1'] }),
    last,
    'broken',
    'broken',
    last,
    drained(),
  ])
  expect(await safelight('drain', 'gpu-2', '--wait')).toEqual({
    code: 0,
    out: [
      'gpu-2 draining: new driver',
      '  still there: job-1 runs; job-2 is next',
      '  still there: job-2 runs; outputs of job-1 are fetched',
      '  still there: outputs of job-1 are fetched',
      '  nothing of ours is there any more',
      '',
    ].join('\n'),
    // once, however long it is
    err: expect.stringMatching(
      /^safelight: \S+ cannot be reached; gpu-2 is drained, and waited for\n$/,
    ),
  })
})

it('does not wait for a host that has nothing, and leaves the reason of who drained it', async () => {
  const { safelight, asked } = await startHost(drained(), ['none'], DRAINED)
  const { code, out } = await safelight('drain', 'gpu-2', '--wait')
  expect(code).toBe(0)
  expect(out).toBe('gpu-2 draining: new driver\n  nothing of ours is there any more\n')
  expect(asked.map((body) => JSON.parse(body) as unknown)).toEqual([{ reason: 'new driver' }])
})

it('is over when somebody resumes the host, or it is no more', async () => {
  const busy = drained({ running: ['job-1'] })
  const resumed = await startHost(busy, [busy, newHostView({ id: 'gpu-2', running: ['job-1'] })])
  expect(await resumed.safelight('drain', 'gpu-2', '--wait')).toMatchObject({
    code: 1,
    err: 'safelight: somebody has resumed gpu-2: it takes jobs again\n',
  })
  const gone = await startHost(busy, ['none'])
  expect(await gone.safelight('drain', 'gpu-2', '--wait')).toMatchObject({
    code: 3,
    err: "safelight: there is no host 'gpu-2' any more: it is off the list (not_found)\n",
  })
})

it('leaves the host drained when it is broken off, and says so', async () => {
  const busy = drained({ running: ['job-1'] })
  const { safelight } = await startHost(busy, [busy])
  const io = createTestIo({ env: { SAFELIGHT_URL: safelight.url } })
  const code = runCli(['drain', 'gpu-2', '--wait'], io)
  await vi.waitUntil(() => io.isListening())
  io.interrupt('SIGINT')
  expect(await code).toBe(130)
  expect(io.printedErrors()).toBe(
    'safelight: gpu-2 stays drained until `safelight resume gpu-2`, and is not waited for any more\n',
  )
  expect(io.isListening()).toBe(false)
})

it('drains nothing when the server cannot tell what is fetched from where', async () => {
  const { safelight, asked } = await startHost(drained(), [], { collecting: undefined })
  const { code, err } = await safelight('drain', 'gpu-2', '--wait')
  expect([code, asked]).toEqual([2, []])
  expect(err).toContain('this one is older')
  expect(toLeftText({ running: [], staged: [] })).toBe('  nothing of ours runs there any more')
})

it('names some of many jobs', () => {
  const jobs = Array.from({ length: 12 }, (_, n) => `j${n}`)
  expect(toLeftText({ running: jobs.slice(0, 2), staged: jobs, collecting: [] })).toBe(
    '  still there: j0 j1 run; j0 j1 j2 j3 j4 j5 j6 j7 j8 j9 and 2 more are next',
  )
})
