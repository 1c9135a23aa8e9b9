/** Other priorities, against a server that knows only some of the jobs. */
import { newJobView } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { startAnswers } from '../testing/run-against.ts'

it('one that is refused is named, and keeps no other from its priority', async () => {
  const jobs = ['aaa', 'bbb', 'ccc'].map((id) => newJobView({ id }))
  const moved = newJobView({ id: 'ccc', priority: 5, queue_position: 0 })
  const safelight = await startAnswers({
    'GET /api/v2/jobs': () => ({ jobs, next_cursor: null, truncated: false }),
    'PATCH /api/v2/jobs/aaa': () => newJobView({ id: 'aaa', priority: 5, queue_position: 1 }),
    'PATCH /api/v2/jobs/ccc': () => moved,
  })
  const { code, out, err } = await safelight('priority', 'aaa', 'bbb', 'ccc', '--to', '5')
  expect([code, out]).toEqual([3, 'aaa priority 5, 1 ahead\nccc priority 5, next in line\n'])
  expect(err).toMatch(/^safelight: bbb: .*\n$/)
})
