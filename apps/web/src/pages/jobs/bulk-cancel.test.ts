/** Canceling many jobs. */
import { createClient } from '@safelight/client'
import { describe, expect, it } from 'vitest'
import { cancelJobs, toResultText, toTargetText } from './bulk-cancel.ts'

describe('canceling the selected jobs', () => {
  it('names as many at once as fit into an address, and adds the answers up', async () => {
    const asked: number[] = []
    const client = createClient({
      baseUrl: 'http://safelight.test',
      fetch: async (input) => {
        const url = new URL(input instanceof Request ? input.url : input)
        const count = url.searchParams.get('ids')?.split(',').length ?? 0
        asked.push(count)
        const body = { canceled: count - 1, canceling: 1, skipped: 0 }
        return Response.json({ ...body, truncated: false, next_cursor: null })
      },
    })
    const ids = Array.from({ length: 450 }, (_, at) => `job-${at}`)
    const result = await cancelJobs(client.jobs, { kind: 'selected', ids })
    expect(asked).toEqual([200, 200, 50])
    expect(result).toEqual({ canceled: 447, canceling: 3, skipped: 0 })
  })
})

describe('canceling all that wait', () => {
  it('asks for those of one owner where the list shows one', async () => {
    const asked: string[] = []
    const client = createClient({
      baseUrl: 'http://safelight.test',
      fetch: async (input) => {
        asked.push(new URL(input instanceof Request ? input.url : input).search)
        const body = { canceled: 1, canceling: 0, skipped: 0 }
        return Response.json({ ...body, truncated: false, next_cursor: null })
      },
    })
    for (const owner of [null, 'team'])
      await cancelJobs(client.jobs, { kind: 'queued', count: 1, more: false, owner })
    expect(asked).toEqual(['?status=queued', '?status=queued&owner=team'])
  })
})

describe('the words', () => {
  it('say how many are meant', () => {
    expect(toTargetText({ kind: 'selected', ids: ['a'] })).toBe('1 job')
    expect(toTargetText({ kind: 'selected', ids: ['a', 'b'] })).toBe('2 jobs')
    expect(toTargetText({ kind: 'queued', count: 1, more: false, owner: null })).toBe(
      'the queued job',
    )
    expect(toTargetText({ kind: 'queued', count: 100, more: true, owner: null })).toBe(
      'all 100+ queued jobs',
    )
    expect(toTargetText({ kind: 'queued', count: 3, more: false, owner: 'team' })).toBe(
      'all 3 queued jobs of team',
    )
  })

  it('say what came of it', () => {
    const selected = { kind: 'selected' } as const
    expect(toResultText({ canceled: 9, canceling: 2, skipped: 1 }, selected)).toBe(
      '9 canceled, 2 stopping on their hosts, 1 had ended or was stopping already.',
    )
    expect(toResultText({ canceled: 0, canceling: 0, skipped: 0 }, selected)).toBe(
      'There was nothing left to cancel.',
    )
  })

  it('do not say of what had begun that it has ended', () => {
    expect(toResultText({ canceled: 9, canceling: 0, skipped: 2 }, { kind: 'queued' })).toBe(
      '9 canceled, 2 had begun or ended by then.',
    )
  })
})
