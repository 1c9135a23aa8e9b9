/** What an empty tray says of a job in line. */
import { describe, expect, it } from 'vitest'
import { toUpdate } from '../jobs/data/merge-job.ts'
import { jobView } from '../jobs/testing/job-view.ts'
import { toTrayText } from './tray-text.ts'

const waiting = (changes: Parameters<typeof jobView>[0] = {}) =>
  toUpdate(jobView({ status: 'queued', ...changes }), 0).snapshot
const textOf = (queuePosition: number | null, etaMs: number | null) =>
  toTrayText(waiting(), { queuePosition, etaMs })

describe('a job in line', () => {
  it('is told how many are ahead, and when it should be done', () => {
    expect(textOf(2, 120_000)).toEqual({
      title: '2 jobs ahead',
      hint: 'It should be done in about 2 min. It starts by itself. You may close this page: the job goes on.',
    })
    expect(textOf(0, 20_000)).toMatchObject({
      title: 'Next in line',
      hint: expect.stringMatching(/^It should be done in about 20 s\./),
    })
  })

  it('is promised nothing while nobody can say', () => {
    expect(textOf(1, null)).toMatchObject({
      title: '1 job ahead',
      hint: expect.stringMatching(/^It starts by itself/),
    })
    expect(textOf(null, null).title).toBe('Waiting for a host')
  })
})
