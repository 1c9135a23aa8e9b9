/** Titles of the jobs in view. */
import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { createTitleReader } from './use-title.ts'

const going = new AbortController().signal

function picture(text: string): Workflow {
  return {
    p: { class_type: 'CLIPTextEncode', inputs: { text } },
    s: { class_type: 'KSampler', inputs: { positive: ['p', 0] } },
  }
}

/** An API that answers when it is told to, in the order it was asked. */
function createSlowJobs() {
  const asked: string[] = []
  const answers: ((workflow: Workflow) => void)[] = []
  const jobs = {
    workflow(jobId: string): Promise<Workflow> {
      asked.push(jobId)
      return new Promise((resolve) => answers.push(resolve))
    },
  }
  return { jobs, asked, answer: (text: string) => answers.shift()?.(picture(text)) }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('reading titles', () => {
  it('takes the prompt out of the workflow, cut where no row shows more', async () => {
    const read = createTitleReader({ workflow: async () => picture('a lighthouse at dusk') })
    expect(await read('a', going)).toBe('a lighthouse at dusk')
    const long = createTitleReader({ workflow: async () => picture('fox '.repeat(5_000)) })
    expect((await long('a', going)).length).toBeLessThan(300)
  })

  it('asks for four at once, and for the next one when one is there', async () => {
    const { jobs, asked, answer } = createSlowJobs()
    const read = createTitleReader(jobs)
    const titles = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => read(id, going))
    await settle()
    expect(asked).toEqual(['a', 'b', 'c', 'd'])
    answer('first')
    expect(await titles[0]).toBe('first')
    await settle()
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('never asks for a row that has left before its turn', async () => {
    const { jobs, asked, answer } = createSlowJobs()
    const read = createTitleReader(jobs)
    const first = ['a', 'b', 'c', 'd'].map((id) => read(id, going))
    const leaving = new AbortController()
    const left = read('e', leaving.signal).catch(() => 'left')
    const stays = read('f', going)
    leaving.abort()
    expect(await left).toBe('left')
    for (const title of ['1', '2', '3', '4']) answer(title)
    await Promise.all(first)
    await settle()
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'f'])
    answer('stays')
    expect(await stays).toBe('stays')
  })

  it('goes on after one that failed', async () => {
    const failing = { workflow: () => Promise.reject(new Error('away')) }
    const read = createTitleReader(failing)
    const all = Array.from({ length: 9 }, (_, at) => read(`${at}`, going).catch(() => 'failed'))
    expect(await Promise.all(all)).toEqual(Array(9).fill('failed'))
  })
})
