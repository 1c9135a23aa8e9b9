/** `HostClient` over HTTP. */
import { stringifyExact, toWellFormed } from '@safelight/shared'
import { HostError, PromptRejected } from '../errors.ts'
import { keepNeededFor } from '../graph/targets.ts'
import type { HostFeatures } from '../protocol/features.ts'
import { toFeatures } from '../protocol/features.ts'
import {
  parseHistory,
  parseQueue,
  parseQueueDepth,
  parseRecentHistory,
  parseSystemStats,
} from './parse-answers.ts'
import { parseFileChoices } from './file-choices.ts'
import { parseNodeClasses } from './node-classes.ts'
import { type HostAddress, toHostAddress } from './host-address.ts'
import { parseAccepted, parseRefusal } from './parse-submit.ts'
import { createHostPool, type HostPool } from './host-pool.ts'
import type { HostCall } from './request.ts'
import {
  createRequester,
  describe,
  expectOk,
  headerOf,
  parseAnswer,
  toHostError,
} from './request.ts'
import type { HostClient, ObjectInfo, PromptSubmission } from './types.ts'
import { parseMaxUpload, parseUploaded, toUploadForm } from './upload.ts'
import { expectFile, toGuardedStream, toSize, toViewPath } from './view.ts'

/** The host's HTTP shares one Python thread's lock with the models: seconds of silence are normal. */
const DEFAULT_TIMEOUT_MS = 30_000
/** A readiness question: waiting longer would not make the host ready. */
const STATS_TIMEOUT_MS = 10_000

export interface HostClientOptions {
  timeoutMs?: number
  /** Whose connections it uses. Absent: its own, which close by themselves when they lie idle. */
  pool?: HostPool
}

/**
 * @param where its base URL, or what tells its address as it is now
 * @throws TypeError when it is no http(s) URL
 */
export function createHostClient(
  where: string | (() => HostAddress),
  options: HostClientOptions = {},
): HostClient {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const address = typeof where === 'function' ? where : always(toHostAddress(where))
  const pool = options.pool ?? createHostPool()
  const requester = createRequester({ address, timeoutMs, pool })
  let known: HostFeatures | null = null

  /** A JSON answer, parsed; `null` from the parser means it is not what this route answers. */
  async function read<T>(call: HostCall, parse: (answer: unknown) => T | null): Promise<T> {
    const answer = await requester.text(call)
    expectOk(call, answer)
    const parsed = parse(parseAnswer(call, answer.text))
    if (parsed !== null) return parsed
    throw new HostError('bad_answer', `${describe(call)} answered in a shape we do not know`)
  }

  /** A command: its answer is empty. */
  async function command(path: string, json: unknown, signal?: AbortSignal): Promise<void> {
    const call: HostCall = { method: 'POST', path, json, signal }
    expectOk(call, await requester.text(call))
  }

  async function maxUpload(signal?: AbortSignal): Promise<number | null> {
    const call: HostCall = { method: 'GET', path: '/features', signal }
    const { status, text } = await requester.text(call)
    // older hosts have no such route, and the limit they were started with
    return status === 200 ? parseMaxUpload(parseAnswer(call, text)) : null
  }

  async function readObjectInfo(call: HostCall): Promise<ObjectInfo> {
    const { checksCombos } = await client.features(call.signal)
    return read(call, (answer) => {
      const classes = parseNodeClasses(answer, { checksCombos })
      return classes && { classes, files: parseFileChoices(answer, { checksCombos }) }
    })
  }

  const client: HostClient = {
    address,

    within: (ms) => createHostClient(address, { pool, timeoutMs: ms }),

    async systemStats(signal) {
      const call: HostCall = {
        method: 'GET',
        path: '/system_stats',
        signal,
        timeoutMs: Math.min(timeoutMs, STATS_TIMEOUT_MS),
      }
      const stats = await read(call, parseSystemStats)
      // a host may come back from a restart as another version
      known = toFeatures(stats.version)
      return stats
    },

    async features(signal) {
      return known ?? toFeatures((await client.systemStats(signal)).version)
    },

    async objectInfo(signal) {
      // long by nature: hundreds of classes, and every model folder is read for it
      const patience = { timeoutMs: Math.max(timeoutMs, DEFAULT_TIMEOUT_MS) }
      return readObjectInfo({ method: 'GET', path: '/object_info', signal, ...patience })
    },

    objectInfoOf: (className, signal) =>
      readObjectInfo({
        method: 'GET',
        path: `/object_info/${encodeURIComponent(toWellFormed(className))}`,
        signal,
      }),

    async submit(request, signal) {
      const features = await client.features(signal)
      const call: HostCall = {
        method: 'POST',
        path: '/prompt',
        signal,
        jsonText: toBody(request, features),
        beforePart: request.beforePart,
      }
      const answer = await requester.text(call)
      if (answer.status === 413) {
        throw new PromptRejected('prompt_too_large', 'The host takes no body of this size', {})
      }
      if (answer.status === 400) {
        const refusal = parseRefusal(parseAnswer(call, answer.text))
        if (refusal) throw refusal
      }
      expectOk(call, answer)
      const accepted = parseAccepted(parseAnswer(call, answer.text))
      if (accepted) return accepted
      throw new HostError('bad_answer', 'POST /prompt answered without a prompt_id')
    },

    queue: (signal) => read({ method: 'GET', path: '/queue', signal }, parseQueue),

    queueDepth: (signal) => read({ method: 'GET', path: '/prompt', signal }, parseQueueDepth),

    async history(promptId, signal) {
      const path = `/history/${encodeURIComponent(promptId)}`
      const parse = (answer: unknown) => parseHistory(answer, promptId)
      return (await read({ method: 'GET', path, signal }, parse)).entry
    },

    async recentHistory(maxItems, signal) {
      const path = `/history?max_items=${maxItems}`
      return (await read({ method: 'GET', path, signal }, parseRecentHistory)).reverse()
    },

    deletePending: (promptId, signal) => command('/queue', { delete: [promptId] }, signal),

    async interrupt(promptId, signal) {
      const { targetedInterrupt, version } = await client.features(signal)
      if (!targetedInterrupt) {
        throw new HostError('unsupported', `ComfyUI ${version} interrupts whatever runs`)
      }
      await command('/interrupt', { prompt_id: promptId }, signal)
    },

    interruptWhateverRuns: (signal) => command('/interrupt', {}, signal),

    forget: (promptIds, signal) => command('/history', { delete: promptIds }, signal),

    free: (signal) => command('/free', { unload_models: true, free_memory: true }, signal),

    async upload(file, signal) {
      // told before the bytes: in the middle of them the host hangs up, and its answer is lost
      if (file.size > ((await maxUpload(signal)) ?? Infinity)) throw tooLarge()
      const upload = toUploadForm(file)
      const call: HostCall = { method: 'POST', path: '/upload/image', upload, signal }
      const answer = await requester.text(call)
      if (answer.status === 413) throw tooLarge()
      expectOk(call, answer)
      const name = parseUploaded(parseAnswer(call, answer.text))
      if (name !== null) return name
      throw new HostError('bad_answer', 'POST /upload/image answered without a name')
    },

    async inputSize(name, signal) {
      const file = { node_id: '', filename: name, subfolder: '', type: 'input' }
      const call: HostCall = { method: 'HEAD', path: toViewPath(file), signal }
      const { status, headers, body, deadline } = await requester.open(call)
      deadline.close()
      // it has none
      body.resume()
      if (status === 404) return null
      expectOk(call, { status, location: headerOf(headers, 'location') })
      return toSize(headers)
    },

    async view(file, signal) {
      const call: HostCall = { method: 'GET', path: toViewPath(file), signal }
      const answer = await requester.open(call)
      const { headers, deadline } = answer
      try {
        deadline.disarm()
        const body = expectFile(call, answer)
        return {
          body: toGuardedStream(body, deadline, (error) => toHostError(call, deadline, error)),
          contentType: headerOf(headers, 'content-type') ?? 'application/octet-stream',
          size: toSize(headers),
        }
      } catch (error) {
        deadline.close()
        throw error
      }
    },
  }
  return client
}

function tooLarge(): HostError {
  return new HostError('too_large', 'The host takes no upload of this size')
}

function always<T>(value: T): () => T {
  return () => value
}

/** The workflow goes in as it is written: parsed and written again it would be another one. */
function toBody(
  request: PromptSubmission,
  { callerPromptId, partialTargets }: HostFeatures,
): string {
  const { workflow, clientId, promptId, extraData, targets } = request
  const whole = typeof workflow === 'string' ? workflow : stringifyExact(workflow)
  // an older host runs every output that it is given
  const prompt = targets && !partialTargets ? keepNeededFor(whole, targets) : whole
  const rest = stringifyExact({
    client_id: clientId,
    ...(callerPromptId ? { prompt_id: promptId } : {}),
    ...(targets && partialTargets ? { partial_execution_targets: targets } : {}),
    ...(extraData ? { extra_data: extraData } : {}),
  })
  return `{"prompt":${prompt},${rest.slice(1)}`
}
