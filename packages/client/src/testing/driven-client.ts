/** A client that the test drives: it says what the server would, and remembers what it was asked. */
import type { JobEventView, JobView, PreviewFrame, Workflow } from '@safelight/shared'
import { createBarMemory } from '../watch/bar-memory.ts'
import type { Client, SubscribeOptions, Jobs, JobUpdate, SubmitOptions } from '../types.ts'

export interface DrivenSubscription {
  jobId: string
  options: SubscribeOptions
  isOver: boolean
}

export interface DrivenClient extends Client {
  /** Every `subscribe` so far. */
  subscriptions: DrivenSubscription[]
  /** Those that go on. */
  readonly open: DrivenSubscription[]
  submissions: { workflow: Workflow | string; options: SubmitOptions }[]
  canceled: string[]
  /** Gives it to all open subscriptions of its job, whatever was before. */
  update: (update: JobUpdate) => void
  event: (update: JobUpdate, event: JobEventView) => void
  preview: (nodeId?: string, jobId?: string) => void
  fail: (error: Error) => void
}

export interface DrivenAnswers {
  submit?: (workflow: Workflow | string) => Promise<JobView>
  cancel?: (jobId: string) => Promise<JobView>
  output?: () => Promise<Response>
}

const notAsked = () => {
  throw new Error('not expected in this test')
}

export function createDrivenClient(answers: DrivenAnswers = {}): DrivenClient {
  const subscriptions: DrivenSubscription[] = []
  const submissions: DrivenClient['submissions'] = []
  const canceled: string[] = []
  // a bar that does not fall is a promise of every client
  const bar = createBarMemory()
  const hold = (update: JobUpdate) => ({ ...update, snapshot: bar.hold(update.snapshot) })
  const openOf = (jobId: string) =>
    subscriptions.filter((one) => !one.isOver && one.jobId === jobId)

  const jobs: Jobs = {
    submit(workflow, options = {}) {
      submissions.push({ workflow, options })
      return (answers.submit ?? notAsked)(workflow)
    },
    cancel(jobId) {
      canceled.push(jobId)
      return (answers.cancel ?? notAsked)(jobId)
    },
    subscribe(jobId, options) {
      const subscription: DrivenSubscription = { jobId, options, isOver: false }
      subscriptions.push(subscription)
      return () => {
        subscription.isOver = true
      }
    },
    setPriority: notAsked,
    get: notAsked,
    why: notAsked,
    workflow: notAsked,
    workflowText: notAsked,
    list: notAsked,
    cancelMany: notAsked,
    delete: notAsked,
    purge: notAsked,
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
    assets: {
      upload: notAsked,
      fromHash: notAsked,
      has: notAsked,
      fromUrl: notAsked,
      get: notAsked,
      list: notAsked,
      job: notAsked,
      delete: notAsked,
      download: notAsked,
      reference: notAsked,
    },
    hosts: { list: notAsked, drain: notAsked, resume: notAsked },
    fleet: { models: notAsked, nodeClasses: notAsked },
    housekeeping: notAsked,
    deadLetters: { list: notAsked, get: notAsked, replay: notAsked, discard: notAsked },
    close() {},
    subscriptions,
    submissions,
    canceled,
    get open() {
      return subscriptions.filter(({ isOver }) => !isOver)
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
      for (const { isOver, options } of subscriptions) if (!isOver) options.onError?.(error)
    },
  }
}
