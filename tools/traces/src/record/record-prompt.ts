/** Records one prompt on a real host, from the submit to its entry in history. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  createHostClient,
  createHostPool,
  createRequester,
  expectOk,
  type HostCall,
  HostError,
  judgeHistory,
  parseAccepted,
  parseLenientJson,
  toHostAddress,
} from '@safelight/comfyui'
import type { Workflow } from '@safelight/shared'
import { openTraceWriter, toBody } from '../trace-format.ts'
import { openRecordedSocket } from './recorded-socket.ts'

const POLL_MS = 250
/** History is written before the last message is sent: how long to wait for that one. */
const LAST_MESSAGE_MS = 500

export interface RecordPromptOptions {
  host: string
  out: string
  /** Absent: a small graph of core nodes that needs no models. */
  workflow: Workflow | null
  scenario: string
  description: string
  signal: AbortSignal
}

export interface Recording {
  outcome: string
  lines: number
}

/** @throws HostError, or the signal's reason */
export async function recordPrompt(options: RecordPromptOptions): Promise<Recording> {
  const { host, signal } = options
  const { version } = await createHostClient(host).features(signal)
  const file = await openTraceWriter(options.out, {
    trace: 1,
    scenario: options.scenario,
    description: options.description,
    comfyui: version,
    nodes: options.workflow ? 'custom' : 'core',
    recorded: new Date().toISOString().slice(0, 10),
  })
  const address = toHostAddress(host)
  const requester = createRequester({
    address: () => address,
    timeoutMs: 30_000,
    pool: createHostPool(),
  })
  /** @throws the signal's reason */
  const pause = (ms: number) =>
    sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted())

  /** The answer, put into the trace if `keep` says so of its text. */
  async function call(request: HostCall, keep: (text: string) => boolean) {
    const end = file.begin()
    try {
      const { status, location, text, contentType } = await requester.text({ ...request, signal })
      const response = toBody(Buffer.from(text), contentType)
      const { method, path, json: body = null } = request
      end(keep(text) ? { method, path, body, status, contentType, response } : null)
      return { status, location, text }
    } catch (error) {
      end(null)
      throw error
    }
  }

  async function pollHistory(promptId: string): Promise<string> {
    const request: HostCall = { method: 'GET', path: `/history/${encodeURIComponent(promptId)}` }
    for (;;) {
      const answer = await call(request, (text) => text.trim() !== '{}')
      expectOk(request, answer)
      const entry = toEntry(answer.text, promptId)
      if (entry !== undefined) return judgeHistory(promptId, entry)?.outcome ?? 'unreadable'
      await pause(POLL_MS)
    }
  }

  async function record(): Promise<string> {
    const clientId = randomUUID()
    const socket = await openRecordedSocket({ host, clientId, file, signal })
    try {
      const submit: HostCall = {
        method: 'POST',
        path: '/prompt',
        json: { prompt: options.workflow ?? coreWorkflow(), client_id: clientId },
      }
      const answer = await call(submit, () => true)
      // a refusal is a trace worth having, too
      if (answer.status === 400) return 'refused'
      expectOk(submit, answer)
      const accepted = parseAccepted(parseLenientJson(answer.text))
      if (!accepted) throw new HostError('bad_answer', 'POST /prompt answered without a prompt_id')
      const outcome = await pollHistory(accepted.promptId)
      await pause(LAST_MESSAGE_MS)
      return outcome
    } finally {
      await socket.close()
    }
  }

  try {
    return { outcome: await record(), lines: file.lines }
  } finally {
    await file.close()
  }
}

function toEntry(text: string, promptId: string): unknown {
  const answer = parseLenientJson(text)
  // an object with any keys; which entry it has is decided by the one we know
  return Object.entries(answer ?? {}).find(([key]) => key === promptId)?.[1]
}

function coreWorkflow(): Workflow {
  // another colour each time, or the host would answer from its cache
  const color = Math.floor(Math.random() * 0xffffff)
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color } },
    '2': { class_type: 'ImageInvert', inputs: { image: ['1', 0] } },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'trace/core' } },
  }
}
