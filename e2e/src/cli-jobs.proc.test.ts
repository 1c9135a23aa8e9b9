/** Jobs in the command line, against a real server: listed, found, moved forward and canceled. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { childEnv, until } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { type CliDesk, shareCliDesk } from './testing/cli-desk.ts'
import { runSafelight } from './testing/safelight.ts'
import { slow } from './testing/workflows.ts'

let desk: CliDesk
let url: string
shareCliDesk((opened) => ({ desk, url } = opened))

const safelight = (...args: string[]) => desk.safelight(...args)

it('jobs that wait are listed by owner, moved forward, and canceled by owner', async () => {
  const running = await desk.submitLong()
  const path = await desk.save(slow())
  const run = async (...options: string[]) =>
    (await safelight('run', path, path, path, '--detach', ...options)).stdout.trim().split('\n')
  // the first of ours is staged behind the one that runs
  const ours = await run('--owner', 'ours', '--priority', '9')
  const theirs = await run('--owner', 'theirs')
  const last = theirs.at(-1)?.slice(0, 8) ?? ''
  const listed = await safelight('ls', '--owner', 'theirs')
  expect(listed.stdout.match(/^[0-9a-f]{8} /gm)).toHaveLength(3)
  expect(listed.stdout).toMatch(new RegExp(`^${last} {2}queued +#\\d `, 'm'))
  const why = await safelight('why', running, last)
  expect(why).toMatchObject({ code: 0, stderr: '' })
  expect(why.stdout).toMatch(
    new RegExp(
      `^${running.slice(0, 8)} running: .+ on .+\\.\n${last} queued: Behind 4 jobs, 2 of them of owner (ours|theirs); .*1 host, busy.*\\.\n$`,
    ),
  )
  const told = JSON.parse((await safelight('why', last, '--json')).stdout) as object
  expect(told).toMatchObject({ id: theirs.at(-1), code: 'behind_others', details: { ahead: 4 } })
  const moved = await safelight('priority', last, '--to', '7')
  expect(moved.stdout).toMatch(new RegExp(`^${last} priority 7, 2 ahead(, done in .+)?\n$`))
  expect((await safelight('priority', running, '--to', '7')).stderr).toContain('(not_queued)')
  const canceled = await safelight('cancel', '--all-queued', '--owner', 'theirs', '--yes')
  expect(canceled).toMatchObject({ code: 0, stdout: expect.stringContaining('3 canceled') })
  expect((await safelight('ls', '--owner', 'theirs', '--status', 'queued')).stdout).toBe(
    'no job of theirs is queued\n',
  )
  await safelight('cancel', running, ...ours)
})

it('jobs are listed, found by the beginning of their ids, and canceled', async () => {
  const jobId = await desk.submitLong()
  const short = jobId.slice(0, 8)
  const { stdout } = await safelight('ls', '--status', 'queued,running')
  expect(stdout).toMatch(new RegExp(`^ID .*STATUS .*\n${short} {2}running `))
  // workers report on hosts every now and then
  const isThere = async () => (await safelight('hosts')).stdout.includes(` ${short} `)
  await until(isThere, { what: 'the host has the job' })
  const canceled = await safelight('cancel', short)
  expect(canceled).toMatchObject({ code: 0, stderr: '' })
  expect(canceled.stdout).toMatch(new RegExp(`${short} canceled\n$`))
  expect(await desk.statusOf(jobId)).toBe('canceled')
  expect((await safelight('cancel', short)).stdout).toBe(`${short} was canceled already\n`)
  const watched = await safelight('watch', short)
  expect(watched.code).toBe(4)
  expect(watched.stdout).toMatch(new RegExp(`^– ${short} .*Canceled\n$`))
})

it('jobs that have ended are deleted, but not unasked, and those that go on are not', async () => {
  const running = await desk.submitLong()
  const unfinished = await safelight('purge', running, '--yes')
  expect(unfinished).toMatchObject({ code: 3, stderr: expect.stringContaining('(not_ended)') })
  await safelight('cancel', running)
  const short = running.slice(0, 8)
  expect(await safelight('purge', short)).toEqual({
    code: 0,
    stdout: `${short} canceled: would be deleted\n`,
    stderr: 'nothing was deleted: --yes does it\n',
  })
  expect((await safelight('purge', short, '--yes')).stdout).toBe(`${short} canceled: deleted\n`)
  expect((await safelight('watch', running)).stderr).toContain('(not_found)')

  expect((await safelight('purge')).stderr).toContain('which jobs?')
  expect((await safelight('purge', '--older-than', '7')).stderr).toContain('90m, 12h or 7d')
  expect((await safelight('purge', '--older-than', '1h')).stdout).toBe(
    'would delete 0 jobs with 0 outputs\n',
  )
  const next = await desk.submitLong()
  await safelight('cancel', next)
  const counted = await safelight('purge', '--all', '--json')
  const { jobs } = JSON.parse(counted.stdout) as { jobs: number }
  expect(jobs).toBeGreaterThan(0)
  const purged = await safelight('purge', '--all', '--yes')
  expect(purged.stdout).toMatch(new RegExp(`^deleted ${jobs} jobs? with \\d+ outputs?`))
  expect((await safelight('ls', '--status', 'canceled')).stdout).toBe('no job is canceled\n')
})

it('jobs that wait are canceled all at once, but not unasked', async () => {
  const running = await desk.submitLong()
  const path = await desk.save(slow())
  // one more is staged on the host; the others wait in line
  const waiting = await safelight('run', path, path, path, path, '--detach')
  expect((await safelight('cancel', '--all-queued')).stderr).toContain('wants --yes')
  expect(await safelight('cancel', '--all-queued', '--yes')).toMatchObject({ code: 0 })
  expect((await safelight('ls', '--status', 'queued')).stdout).toBe('no job is queued\n')
  await safelight('cancel', running, ...waiting.stdout.trim().split('\n'))
})

it('jobs that nobody knows are said so', async () => {
  const unknown = '11111111-1111-4111-8111-111111111111'
  expect(await safelight('watch', unknown)).toEqual({
    code: 3,
    stdout: '',
    stderr: `safelight: there is no job ${unknown} (not_found)\n`,
  })
})

it('jobs open in a browser, and have an address where there is none', async () => {
  const { stdout } = await safelight('run', await desk.save(slow()), '--detach')
  const page = `${url}/jobs/${stdout.trim()}\n`
  expect(await safelight('open', stdout.trim())).toEqual({ code: 0, stdout: page, stderr: '' })
  const bin = join(desk.folder, 'bin')
  const seen = join(desk.folder, 'seen.txt')
  await mkdir(bin)
  await writeFile(
    join(bin, 'xdg-open'),
    `#!/bin/sh\necho "$1" > ${seen}.new; mv ${seen}.new ${seen}\n`,
  )
  await chmod(join(bin, 'xdg-open'), 0o755)
  const env = { DISPLAY: ':0', PATH: `${bin}:${childEnv()['PATH'] ?? ''}` }
  await runSafelight(['open', stdout.slice(0, 8)], { url, env })
  const read = () => readFile(seen, 'utf8').catch(() => null)
  expect(await until(read, { what: 'the browser opens' })).toBe(page)
})
