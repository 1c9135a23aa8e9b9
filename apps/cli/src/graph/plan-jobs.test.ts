/** From files and options to jobs. */
import { expect, it } from 'vitest'
import { type PlanOptions, planJobs } from './plan-jobs.ts'
import { parseWorkflow } from './read-workflow.ts'

const workflow = { '1': { class_type: 'KSampler', inputs: { seed: 1 } } }
const text = '{"1": {"class_type": "KSampler", "inputs": {"seed": 1}}}'
const given = { priority: 1, metadata: { from: 'file' } }
const file = { label: 'portrait', workflow, text, path: [], options: given }
const options: PlanOptions = { settings: [], count: 1, priority: undefined, randomSeed: () => 9 }

it('takes the options of the file, and those of the command before them', () => {
  expect(planJobs([file], options)).toEqual([
    { label: 'portrait', workflow, text, options: { priority: 1, metadata: { from: 'file' } } },
  ])
  expect(planJobs([file], { ...options, priority: 0 })[0]?.options.priority).toBe(0)
  const partly = { ...file, options: { allow_partial_results: true } }
  expect(planJobs([partly], options)[0]?.options).toEqual({ allow_partial_results: true })
  expect(planJobs([file], { ...options, allowPartial: true })[0]?.options).toEqual({
    ...given,
    allow_partial_results: true,
  })
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
  expect(jobs[1]?.text).toBe('{"1": {"class_type": "KSampler", "inputs": {"seed": 6}}}')
})

it('names the file that a setting does not fit, where there are several', () => {
  const other = { ...file, label: 'other', workflow: { '2': workflow['1'] } }
  expect(() => planJobs([file, other], { ...options, settings: ['1.seed=5'] })).toThrow(
    "other: --set 1.seed: there is no node '1'",
  )
})

it('submits the file to the letter, but for what is set', () => {
  const written =
    '\uFEFF{"prompt": {"10": {"class_type": "KSampler", "inputs": {"seed": 1, "cfg": 7.0, "more": [1]}},\r\n "2": {"class_type": "A", "inputs": {"n": 1e400}}}}'
  const content = { label: 'x', ...parseWorkflow(written, 'x.json') }
  const plan = (settings: string[], count = 1) =>
    planJobs([content], { ...options, settings, count }).map((job) => job.text)
  expect(plan([])).toEqual([written.slice(1)])
  expect(plan(['10.seed=18446744073709551614', '10.more=[9007199254740993, 1.0]'], 3)).toEqual(
    ['18446744073709551614', '18446744073709551615', '0'].map((seed) =>
      written
        .slice(1)
        .replace('"seed": 1', `"seed": ${seed}`)
        .replace('"more": [1]', '"more": [9007199254740993,1.0]'),
    ),
  )
})
