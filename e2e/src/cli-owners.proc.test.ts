/** Owners and priorities in the command line, as a process, against a real server. */
import { expect, it, onTestFinished } from 'vitest'
import { createCliDesk } from './testing/cli-desk.ts'
import { openTestStack } from './testing/test-stack.ts'
import { slow } from './testing/workflows.ts'

it('jobs that wait are listed by owner, moved forward, and canceled by owner', async () => {
  const stack = await openTestStack()
  onTestFinished(() => stack.close())
  const desk = await createCliDesk(stack.urls[0] ?? '')
  onTestFinished(() => desk.close())
  const running = await desk.submitLong()
  const path = await desk.save(slow())
  const run = async (...options: string[]) =>
    (await desk.safelight('run', path, path, path, '--detach', ...options)).stdout
      .trim()
      .split('\n')
  // the first of ours is staged behind the one that runs
  const ours = await run('--owner', 'ours', '--priority', '9')
  const theirs = await run('--owner', 'theirs')
  const last = theirs.at(-1)?.slice(0, 8) ?? ''
  const listed = await desk.safelight('ls', '--owner', 'theirs')
  expect(listed.stdout.match(/^[0-9a-f]{8} /gm)).toHaveLength(3)
  expect(listed.stdout).toMatch(new RegExp(`^${last} {2}queued +#\\d `, 'm'))
  const moved = await desk.safelight('priority', last, '--to', '7')
  expect(moved.stdout).toMatch(new RegExp(`^${last} priority 7, 2 ahead, done in .+\n$`))
  expect((await desk.safelight('priority', running, '--to', '7')).stderr).toContain('(not_queued)')
  const canceled = await desk.safelight('cancel', '--all-queued', '--owner', 'theirs', '--yes')
  expect(canceled).toMatchObject({ code: 0, stdout: expect.stringContaining('3 canceled') })
  expect((await desk.safelight('ls', '--owner', 'theirs', '--status', 'queued')).stdout).toBe(
    'no job of theirs is queued\n',
  )
  await desk.safelight('cancel', running, ...ours)
}, 90_000)
