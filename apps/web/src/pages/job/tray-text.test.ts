/** What an empty tray says of a job in line. */
import { newSnapshot } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { toTrayText } from './tray-text.ts'

const WAITING = { ...newSnapshot(), outputs: [] }
const textOf = (queuePosition: number | null, etaMs: number | null) =>
  toTrayText(WAITING, { queuePosition, etaMs, why: null })

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

  it('is not told that it is next while no host can run it', () => {
    const place = { queuePosition: 0, etaMs: 5_000 }
    expect(toTrayText(WAITING, { ...place, why: 'hosts_unavailable' })).toEqual({
      title: 'Waiting for a host',
      hint: 'None can run it now. It starts by itself when one can; you may close this page until then.',
    })
    expect(toTrayText(WAITING, { ...place, why: 'fleet_busy' }).title).toBe('Next in line')
  })
})
