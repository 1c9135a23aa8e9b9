/** From files and options to jobs. */
import { expect, it } from 'vitest'
import { type PlanOptions, planJobs } from './plan-jobs.ts'

const workflow = { '1': { class_type: 'KSampler', inputs: { seed: 1 } } }
const file = { label: 'portrait', workflow, options: { priority: 1, metadata: { from: 'file' } } }
const options: PlanOptions = { settings: [], count: 1, priority: undefined, randomSeed: () => 9 }

it('takes the options of the file, and those of the command before them', () => {
  expect(planJobs([file], options)).toEqual([
    { label: 'portrait', workflow, options: { priority: 1, metadata: { from: 'file' } } },
  ])
  expect(planJobs([file], { ...options, priority: 0 })[0]?.options.priority).toBe(0)
})

it('says of each job of a batch which one it is', () => {
  const jobs = planJobs([file, file], { ...options, count: 2, settings: ['1.seed=5'] })
  expect(jobs.map(({ options }) => options.metadata)).toEqual([
    { from: 'file', batch_index: 1, batch_count: 2 },
    { from: 'file', batch_index: 2, batch_count: 2 },
    { from: 'file', batch_index: 1, batch_count: 2 },
    { from: 'file', batch_index: 2, batch_count: 2 },
  ])
  expect(jobs.map((job) => job.workflow['1']?.inputs['seed'])).toEqual([5, 6, 5, 6])
})

it('names the file that a setting does not fit, where there are several', () => {
  const other = { ...file, label: 'other', workflow: { '2': workflow['1'] } }
  expect(() => planJobs([file, other], { ...options, settings: ['1.seed=5'] })).toThrow(
    "other: --set 1.seed: there is no node '1'",
  )
})
