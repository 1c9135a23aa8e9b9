/** A client that the test drives: it says what the server would, and remembers what it was asked. */
import type { JobEventView, JobView, PreviewFrame, Workflow } from '@safelight/shared'
import { createBarMemory } from '../watch/bar-memory.ts'
import type { Client, FollowOptions, Jobs, JobUpdate, SubmitOptions } from '../types.ts'

export interface DrivenWatch {
  jobId: string
  options: FollowOptions
  isOver: boolean
}

export interface DrivenClient extends Client {
  /** Every `follow` so far. */
  watches: DrivenWatch[]
  /** Those that go on. */
  readonly open: DrivenWatch[]
  submissions: { workflow: Workflow; options: SubmitOptions }[]
  canceled: string[]
  /** Tells all open watches of the job, whatever it was. */
  update: (update: JobUpdate) => void
  event: (update: JobUpdate, event: JobEventView) => void
  preview: (nodeId?: string, jobId?: string) => void
  fail: (error: Error) => void
}

export interface DrivenAnswers {
  submit?: (workflow: Workflow) => Promise<JobView>
  cancel?: (jobId: string) => Promise<JobView>
  output?: () => Promise<Response>
}

const notAsked = () => {
  throw new Error('not expected in this test')
}

export function createDrivenClient(answers: DrivenAnswers = {}): DrivenClient {
  const watches: DrivenWatch[] = []
  const submissions: DrivenClient['submissions'] = []
  const canceled: string[] = []
  // a bar that does not fall is a promise of every client
  const bar = createBarMemory()
  const hold = (update: JobUpdate) => ({ ...update, snapshot: bar.hold(update.snapshot) })
  const openOf = (jobId: string) =>
    watches.filter((watch) => !watch.isOver && watch.jobId === jobId)

  const jobs: Jobs = {
    submit(workflow, options = {}) {
      submissions.push({ workflow, options })
      return (answers.submit ?? notAsked)(workflow)
    },
    cancel(jobId) {
      canceled.push(jobId)
      return (answers.cancel ?? notAsked)(jobId)
    },
    follow(jobId, options) {
      const watch: DrivenWatch = { jobId, options, isOver: false }
      watches.push(watch)
      return () => {
        watch.isOver = true
      }
    },
    get: notAsked,
    workflow: notAsked,
    list: notAsked,
    cancelMany: notAsked,
    watch: notAsked,
    run: notAsked,
  }
  return {
    baseUrl: 'http://safelight.test',
    jobs,
    outputs: {
      fetch: answers.output ?? (() => Promise.reject(new Error('gone'))),
      bytes: notAsked,
    },
    hosts: { list: notAsked, drain: notAsked, resume: notAsked },
    deadLetters: { list: notAsked, get: notAsked, replay: notAsked, discard: notAsked },
    close() {},
    watches,
    submissions,
    canceled,
    get open() {
      return watches.filter(({ isOver }) => !isOver)
    },
    update(update) {
      for (const { options } of openOf(update.snapshot.jobId)) options.onUpdate(hold(update))
    },
    event(update, event) {
      for (const { options } of openOf(update.snapshot.jobId))
        options.onUpdate({ ...hold(update), event })
    },
    preview(nodeId = '3', jobId = 'job') {
      const frame: PreviewFrame = {
        jobId,
        nodeId,
        contentType: 'image/jpeg',
        data: new Uint8Array([255, 216]),
      }
      for (const { options } of openOf(jobId)) options.onPreview?.(frame)
    },
    fail(error) {
      for (const watch of watches) if (!watch.isOver) watch.options.onError?.(error)
    },
  }
}
