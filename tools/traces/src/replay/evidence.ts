/** What the HTTP half of a trace says of each prompt: its graph, how history judged it, whether it was removed. */
import { collectMade, type HistoryEntry, judgeHistory, toPromptOrigin } from '@safelight/comfyui'
import { type Workflow, workflowSchema } from '@safelight/shared'
import { z } from 'zod'
import type { HttpLine, TraceLine } from '../trace-format.ts'

export interface PromptEvidence {
  promptId: string
  /** Empty when the trace does not hold the submission. */
  workflow: Workflow
  outputNodes: string[]
  submittedAt: number | null
  /** Outputs the host dropped at submission: node id → why. */
  dropped: { nodeId: string; message: string }[]
  history: Pick<HistoryEntry, 'outcome' | 'failure' | 'outputs'> | null
  /** When somebody took it out of the host's queue, or cancelled it through the jobs API. */
  removedAt: number | null
}

const submitBodySchema = z.looseObject({ prompt: workflowSchema })
const submitAnswerSchema = z.looseObject({
  prompt_id: z.string(),
  node_errors: z.record(z.string(), z.unknown()).catch({}),
})
const jobSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  outputs: z.record(z.string(), z.unknown()).optional(),
})
const JOB_OUTCOMES: Record<string, HistoryEntry['outcome']> = {
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'canceled',
}

/** One record per prompt, in order of appearance. */
export function collectEvidence(lines: readonly TraceLine[]): Map<string, PromptEvidence> {
  const prompts = new Map<string, PromptEvidence>()
  const calls = lines.filter((line) => line.ch === 'http')
  const submits = calls.filter(
    (call) => call.method === 'POST' && /^(\/api)?\/prompt$/.test(call.path),
  )
  for (const call of submits) readSubmit(call, prompts)
  for (const call of calls) read(call, prompts)
  return prompts
}

export function blankEvidence(promptId: string): PromptEvidence {
  return {
    promptId,
    workflow: {},
    outputNodes: [],
    submittedAt: null,
    dropped: [],
    history: null,
    removedAt: null,
  }
}

function read(line: HttpLine, prompts: Map<string, PromptEvidence>): void {
  const path = line.path.replace(/\?.*$/, '').replace(/^\/api(?=\/(queue|history)\b)/, '')
  if (line.status !== 200) return
  if (path === '/queue' && line.method === 'POST') return readRemoval(line, prompts)
  if (path === '/queue') return readQueue(line, prompts)
  if (path.startsWith('/history') && line.method === 'GET') return readHistory(line, prompts)
  if (path.startsWith('/api/jobs/')) return readJob(path, line, prompts)
}

function readSubmit(line: HttpLine, prompts: Map<string, PromptEvidence>): void {
  if (line.status !== 200) return
  const answer = submitAnswerSchema.safeParse(line.response)
  if (!answer.success) return
  const body = submitBodySchema.safeParse(line.body)
  const id = answer.data.prompt_id
  const known = prompts.get(id) ?? blankEvidence(id)
  prompts.set(id, {
    ...known,
    workflow: body.success ? body.data.prompt : known.workflow,
    submittedAt: known.submittedAt ?? line.t,
    dropped: Object.entries(answer.data.node_errors).map(([nodeId, error]) => ({
      nodeId,
      message: firstMessage(error),
    })),
  })
}

const nodeErrorSchema = z.looseObject({ errors: z.array(z.looseObject({ message: z.string() })) })
function firstMessage(error: unknown): string {
  const parsed = nodeErrorSchema.safeParse(error)
  return (parsed.success && parsed.data.errors[0]?.message) || 'The output is invalid.'
}

const removalSchema = z.looseObject({
  delete: z.array(z.string()).catch([]),
  clear: z.boolean().catch(false),
})
function readRemoval(line: HttpLine, prompts: Map<string, PromptEvidence>): void {
  const body = removalSchema.safeParse(line.body)
  if (!body.success) return
  const ids = body.data.clear ? [...prompts.keys()] : body.data.delete
  for (const id of ids) update(prompts, id, { removedAt: line.t })
}

const queueSchema = z.looseObject({
  queue_running: z.array(z.array(z.unknown())).catch([]),
  queue_pending: z.array(z.array(z.unknown())).catch([]),
})
function readQueue(line: HttpLine, prompts: Map<string, PromptEvidence>): void {
  const queue = queueSchema.safeParse(line.response)
  if (!queue.success) return
  for (const item of [...queue.data.queue_running, ...queue.data.queue_pending]) {
    const outputNodes = toPromptOrigin(item).outputNodes
    if (typeof item[1] === 'string' && outputNodes.length > 0)
      update(prompts, item[1], { outputNodes })
  }
}

function readHistory(line: HttpLine, prompts: Map<string, PromptEvidence>): void {
  const entries = z.record(z.string(), z.unknown()).safeParse(line.response)
  if (!entries.success) return
  for (const [id, entry] of Object.entries(entries.data)) {
    const history = judgeHistory(id, entry)
    if (history) update(prompts, id, { history, outputNodes: history.outputNodes })
  }
}

function readJob(path: string, line: HttpLine, prompts: Map<string, PromptEvidence>): void {
  const id = path.split('/')[3] ?? ''
  if (path.endsWith('/cancel')) {
    const answer = z.looseObject({ cancelled: z.literal(true) }).safeParse(line.response)
    if (answer.success) update(prompts, id, { removedAt: line.t })
    return
  }
  const job = jobSchema.safeParse(line.response)
  const outcome = job.success ? JOB_OUTCOMES[job.data.status] : undefined
  // history says more than the jobs API; where both were asked, it wins
  if (!job.success || !outcome || prompts.get(id)?.history) return
  const outputs = Object.entries(job.data.outputs ?? {}).flatMap(
    ([node, output]) => collectMade({ nodeId: node, runtimeId: node, output, reused: false }).files,
  )
  update(prompts, id, { history: { outcome, failure: null, outputs } })
}

/** Prompts of other clients, seen in passing in a queue or a history, are none of the trace's. */
function update(
  prompts: Map<string, PromptEvidence>,
  id: string,
  change: Partial<PromptEvidence>,
): void {
  const known = prompts.get(id)
  if (known) prompts.set(id, { ...known, ...change })
}
