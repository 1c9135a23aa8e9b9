/** Hosts out of use and back, and what lists show of it, against a server whose fleet a test makes up. */
import { type HostView, toHostReason } from '@safelight/shared'
import { newHostView, newJobView } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { startAnswers } from '../testing/run-against.ts'

const STUCK = { state: 'quarantined', reason: toHostReason('executor_stuck') } as const

/** Drains and resumes as the server does: what is worse than a drain stays its state. */
async function startFleet(...given: HostView[]) {
  const hosts = new Map(given.map((host) => [host.id, host]))
  const change = (id: string, over: Partial<HostView>) => {
    const host = { ...(hosts.get(id) ?? newHostView()), ...over }
    hosts.set(id, host)
    return host
  }
  const routes = given.map(({ id, state, reason }) => {
    const path = `/api/v2/hosts/${encodeURIComponent(id)}`
    const isWorse = state === 'quarantined' || state === 'offline'
    return {
      [`POST ${path}/drain`]: (body: string) => {
        const { reason: why = null } = JSON.parse(body) as { reason?: string }
        const drain = { reason: why, since: '2026-01-01T12:00:00.000Z' }
        const draining = {
          state: 'draining',
          reason: toHostReason('drain_requested', why),
        } as const
        return change(id, { drain, ...(!isWorse && draining) })
      },
      [`POST ${path}/resume`]: () => change(id, { drain: null, state, reason }),
    }
  })
  return startAnswers(
    Object.assign({ 'GET /api/v2/hosts': () => ({ hosts: [...hosts.values()] }) }, ...routes),
  )
}

it('a host is drained with a reason, keeps what it runs, and is put back to use', async () => {
  const safelight = await startFleet(
    newHostView({ id: 'gpu-1' }),
    newHostView({ id: 'gpu-2:8188', state: 'busy', running: ['job-7'] }),
  )
  expect(await safelight('drain', 'gpu-2:8188', '--reason', 'new driver')).toEqual({
    code: 0,
    out: 'gpu-2:8188 draining: new driver\n  still there: job-7 runs\n',
    err: '',
  })
  const listed = await safelight('hosts')
  expect(listed.out).toMatch(/\ngpu-2:8188 +draining +job-7 .* new driver\n/)
  const resumed = { code: 0, out: 'gpu-2:8188 busy: It has nothing to do.\n', err: '' }
  expect(await safelight('resume', 'gpu-2:8188')).toEqual(resumed)
  const again = await safelight('resume', 'gpu-2:8188')
  expect(again.out).toBe(`gpu-2:8188 was not drained\n${resumed.out}`)
})

it('a drain shows beside what is worse, so that it is not forgotten when that is over', async () => {
  const safelight = await startFleet(
    newHostView({ id: 'gpu-1' }),
    newHostView({ id: 'gpu-2', ...STUCK }),
  )
  const { message } = STUCK.reason
  const drained = await safelight('drain', 'gpu-2')
  expect(drained).toMatchObject({
    out: `gpu-2 quarantined, drained, too: ${message}\n  nothing of ours is there any more\n`,
    err: '',
  })
  expect((await safelight('hosts')).out).toMatch(
    new RegExp(`\ngpu-2 +quarantined, drained  .* ${message} Drained, too\n`),
  )
  await safelight('drain', 'gpu-2', '--reason', 'smells')
  expect((await safelight('hosts')).out).toContain(`${message} Drained, too: smells\n`)
  expect((await safelight('resume', 'gpu-2')).out).toBe(`gpu-2 quarantined: ${message}\n`)
  expect((await safelight('hosts')).out).not.toContain('drained')
})

it('the last host that takes jobs, or those of a pool, is drained with a warning', async () => {
  const safelight = await startFleet(
    newHostView({ id: 'gpu-1' }),
    newHostView({ id: 'gpu-2', labels: ['fast', 'flux', 'video'] }),
    newHostView({ id: 'gpu-3', labels: ['fast'] }),
    newHostView({ id: 'gpu-4', labels: ['video'], ...STUCK }),
  )
  expect(await safelight('drain', 'gpu-2')).toMatchObject({
    code: 0,
    err: 'safelight: no other host takes jobs of pool flux, video: they wait until `safelight resume gpu-2`\n',
  })
  expect((await safelight('drain', 'gpu-3')).err).toContain('jobs of pool fast:')
  expect((await safelight('drain', 'gpu-1')).err).toContain('no other host takes jobs now: they')
})

it('a host that there is not is refused with the names of those that there are', async () => {
  const safelight = await startFleet(newHostView({ id: 'gpu-1' }), newHostView({ id: 'gpu-2' }))
  for (const command of ['drain', 'resume']) {
    expect(await safelight(command, 'gpu')).toEqual({
      code: 3,
      out: '',
      err: "safelight: there is no host 'gpu'; there are gpu-1, gpu-2 (not_found)\n",
    })
  }
  const many = await startFleet(
    ...[...Array(12).keys()].map((n) => newHostView({ id: `gpu-${n}` })),
  )
  expect((await many('drain', 'x')).err).toContain('gpu-9 and 2 more (not_found)')
  expect((await (await startFleet())('drain', 'x')).err).toContain("no host 'x' (not_found)")
})

it('jobs are listed with their pools where one has a pool', async () => {
  const jobs = [newJobView({ id: 'a' }), newJobView({ id: 'b', pool: 'flux' })]
  const list = async (shown: typeof jobs) => {
    const answer = { jobs: shown, next_cursor: null }
    const safelight = await startAnswers({ 'GET /api/v2/jobs': () => answer })
    return (await safelight('ls')).out.split('\n').map((line) => line.split(/ {2,}/))
  }
  const [titles, ...rows] = await list(jobs)
  expect(titles).toEqual(['ID', 'STATUS', 'DONE', 'AGE', 'OUTPUTS', 'POOL', 'ERROR'])
  expect(rows.map((row) => [row[0], row[5]])).toEqual([
    ['a', '–'],
    ['b', 'flux'],
    ['', undefined],
  ])
  expect((await list(jobs.slice(0, 1)))[0]).not.toContain('POOL')
})

it('a purge says that its bytes are not of Redis', async () => {
  const purged = { jobs: 2, outputs: 3, outputs_kept: 0, bytes: 5_000_000, skipped: 0 }
  const safelight = await startAnswers({
    'POST /api/v2/jobs/purge': () => ({ ...purged, next_cursor: null }),
  })
  expect((await safelight('purge', '--all')).out).toMatch(
    /^would delete 2 jobs with 3 outputs \(up to [\d.]+ MB of the asset store\)\n$/,
  )
  expect((await safelight('purge', '--all', '--yes')).out).toMatch(/MB of the asset store\)\n$/)
})
