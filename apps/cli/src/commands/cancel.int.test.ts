/** Emptying the line, against a server on which some that waited begin while somebody is asked. */
import type { JobStatus } from '@safelight/shared'
import { newJobView } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { startAnswers } from '../testing/run-against.ts'

/** @param jobs how each is when those that wait are canceled; all of them wait when they are listed */
function startLine(jobs: Readonly<Record<string, JobStatus>>) {
  let canceled = false
  const statusOf = (id: string) => (canceled ? jobs[id] : 'queued')
  return startAnswers({
    'GET /api/v2/jobs': (_, query) => {
      const wanted = query.get('status')?.split(',') ?? []
      const found = Object.keys(jobs).filter((id) => wanted.includes(statusOf(id) ?? ''))
      return { jobs: found.map((id) => newJobView({ id })), next_cursor: null, truncated: false }
    },
    'DELETE /api/v2/jobs': () => {
      canceled = true
      const count = Object.values(jobs).filter((status) => status === 'canceled').length
      return { canceled: count, canceling: 0, skipped: 0, truncated: false, next_cursor: null }
    },
  })
}

it('those that began meanwhile are named: they go on', async () => {
  const safelight = await startLine({
    a: 'canceled',
    b: 'running',
    c: 'canceled',
    d: 'canceling',
    e: 'succeeded',
  })
  expect(await safelight('cancel', '--all-queued', '--yes')).toEqual({
    code: 0,
    out: '2 canceled\nb had begun, and goes on: safelight cancel b\n',
    err: '',
  })
})

it('nothing more is said when all were canceled', async () => {
  const safelight = await startLine({ a: 'canceled', b: 'canceled' })
  expect((await safelight('cancel', '--all-queued', '--yes')).out).toBe('2 canceled\n')
})

it('one that cannot be canceled keeps no other from it, nor from being told of', async () => {
  const safelight = await startAnswers({
    'GET /api/v2/jobs': () => ({
      jobs: ['aaa', 'bbb', 'ccc'].map((id) => newJobView({ id })),
      next_cursor: null,
      truncated: false,
    }),
    'GET /api/v2/jobs/bbb': () => newJobView({ id: 'bbb', status: 'running' }),
    'POST /api/v2/jobs/bbb/cancel': () => newJobView({ id: 'bbb', status: 'canceling' }),
  })
  const said = await safelight('cancel', 'aaa', 'bbb', 'ccc', '--no-wait')
  expect(said).toMatchObject({ code: 3, out: 'bbb is being canceled\n' })
  expect(said.err.split('\n')).toEqual([
    expect.stringMatching(/^safelight: ccc: .*bad_answer/),
    expect.stringMatching(/^safelight: .*bad_answer/),
    '',
  ])
})
