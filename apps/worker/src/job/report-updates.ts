/** Turns the updates of a running prompt into job events: phases at once, progress and previews at a bearable rate. */
import {
  droppedOutputs,
  foldBeginning,
  foldProgress,
  foldTaken,
  type HostMessage,
  type PromptEnd,
  type PromptUpdate,
  type TrackerState,
} from '@safelight/comfyui'
import { assertNever, type JobPhase, type Warning } from '@safelight/shared'
import { type AttemptRecord, levelOf } from '@safelight/store'
import type { AttemptOutputs } from './attempt-outputs.ts'
import { createCoalescer } from './coalesce.ts'
import type { Asked } from './asked.ts'
import { createCreep } from './creep.ts'
import { toPhase, toProgressed } from './job-events.ts'
import type { Handling } from './handling.ts'
import { createNodeNews } from './node-news.ts'
import { haveNodesMoved, isNews, type Told } from './progress-news.ts'
import { createPreviewReport } from './report-previews.ts'
import {
  addWarnings,
  toBlockedWarning,
  toDroppedWarnings,
  toUnexplainedWarnings,
} from './warnings.ts'

const MAX_PREVIEW_BYTES = 1024 * 1024

export interface UpdateReporter {
  onUpdate(update: PromptUpdate): void
  /** Waits until the progress received so far is on its way to the store, before whatever is appended next. */
  flush(): Promise<void>
  /** Its prompt is over. */
  end(end: PromptEnd): void
  close(): void
  readonly tracker: TrackerState
  readonly warnings: Warning[]
}

export interface UpdateReporterStart {
  record: Pick<AttemptRecord, 'attempt' | 'hostId'>
  asked: Asked
  /** Before anything ran. */
  tracker: TrackerState
  /** What another worker had to warn of. */
  warnings: Warning[]
  outputs: AttemptOutputs
  /** Model files in the host's memory before it begins; null when that is not known. */
  modelsInPlace: () => readonly string[] | null
}

export function createUpdateReporter(
  handling: Handling,
  start: UpdateReporterStart,
): UpdateReporter {
  const { deps, jobId, token, writer, stopwatch, log } = handling
  const { clock, emit, store, timings } = deps
  const { outputs, asked } = start
  const { attempt, hostId } = start.record
  const nodes = createNodeNews({ emit, jobId, attempt, workflow: asked.workflow })
  let { tracker, warnings } = start
  let executing = false
  let told: Told = { progress: tracker.progress, atMs: clock.steady() }

  const progress = createCoalescer<TrackerState>({
    everyMs: timings.progressEveryMs,
    ahead: 1,
    clock,
    emit: (state) => written(writer.append((snapshot) => toProgressed(snapshot, state))),
  })
  const previews = createPreviewReport({
    everyMs: timings.previewEveryMs,
    askMs: timings.previewAskMs,
    clock,
    isWatched: () => store.showsPreviews(jobId),
    publish: (preview) => store.publishPreview(jobId, preview, token),
    onError: warn,
  })

  const creep = createCreep({
    everyMs: timings.creepEveryMs,
    clock,
    tracker: () => tracker,
    onMoved: moveTo,
  })

  /** An event that could not be written is not worth the picture; the end will say if the store is really gone. */
  async function written(write: Promise<unknown>): Promise<void> {
    try {
      await write
    } catch (error) {
      warn(error)
    }
  }

  function warn(error: unknown): void {
    log[levelOf(error)]({ err: error }, 'event not written')
  }

  function enterPhase(phase: JobPhase): void {
    // values of now: the decision may run later, and again
    const next = { phase, times: stopwatch.times, warnings }
    void written(writer.append((snapshot) => toPhase(snapshot, next)))
  }

  function enterExecution(): void {
    if (executing) return
    executing = true
    emit('attempt:phase', { jobId, attempt, phase: 'executing' })
    tracker = foldBeginning(tracker, start.modelsInPlace(), clock.steady())
    stopwatch.enter('execute')
    enterPhase('executing')
  }

  function onMessage(message: HostMessage): void {
    if (isExecution(message)) enterExecution()
    if (executing) creep.heard()
    if (message.type === 'preview') return onPreview(message)
    outputs.onMessage(message)
    if (message.type === 'execution_error' && message.blocked) {
      warnings = addWarnings(warnings, [toBlockedWarning(message.failure)])
      enterPhase('executing')
    }
    moveTo(foldProgress(tracker, message, clock.steady()))
  }

  function moveTo(next: TrackerState): void {
    const before = tracker
    tracker = next
    const atMs = clock.steady()
    if (next === before) return
    nodes.look(next)
    if (!isNews(next.progress, told, atMs) && !haveNodesMoved(before, next)) return
    told = { progress: next.progress, atMs }
    progress.push(next)
    const { value, node } = next.progress
    log.debug({ value: node?.value, max: node?.max, percent: Math.floor(value * 100) }, 'progress')
  }

  function onPreview(message: HostMessage & { type: 'preview' }): void {
    // older frames carry no id: they follow a tick of the node that made them
    const nodeId = message.displayNodeId ?? tracker.progress.current_node
    if (outputs.takePicture(message, nodeId)) return
    if (message.data.byteLength > MAX_PREVIEW_BYTES) return
    previews.push({ nodeId, contentType: message.contentType, data: message.data })
  }

  return {
    onUpdate(update) {
      switch (update.type) {
        case 'socket':
          log.info({ open: update.open }, update.open ? 'socket open' : 'socket closed')
          return
        case 'submitted': {
          const { promptId, adopted, nodeErrors } = update
          const { status } = writer.snapshot
          const there = { jobId, hostId, attempt, promptId, totalSteps: tracker.steps ?? 0, status }
          emit(adopted ? 'attempt:adopted' : 'attempt:submitted', there)
          emit('attempt:phase', { jobId, attempt, phase: 'submitted' })
          const taken = foldTaken(tracker, update, clock.steady())
          warnings = addWarnings(warnings, toDroppedWarnings(nodeErrors))
          if (!warnings.some(({ code }) => code === 'output_dropped')) {
            warnings = addWarnings(warnings, toUnexplainedWarnings(droppedOutputs(taken)))
          }
          // messages of an adopted prompt may have come before it was found in the queue
          enterPhase(executing ? 'executing' : 'submitted')
          // after the warning that says why
          moveTo(taken)
          return
        }
        case 'message':
          onMessage(update.message)
          return
        case 'running':
          // its messages may never come
          enterExecution()
          return
        case 'deaf':
          if (update.deaf) log.warn('messages of the host do not arrive')
          return
        case 'unsettled':
          log.warn('it succeeded, and history does not show it yet')
          return
        case 'unknown':
          deps.unknownMessages.note(update.name)
          return
        default:
          assertNever(update)
      }
    },
    flush: () => progress.flush(),
    end: (end) => nodes.end(tracker, end),
    close() {
      const { spared } = progress
      if (spared > 0) emit('progress:coalesced', { jobId, count: spared })
      progress.close()
      previews.close()
      creep.close()
    },
    get tracker() {
      return tracker
    },
    get warnings() {
      return warnings
    },
  }
}

/** Anything a prompt only says once it runs; `execution_start` may have been missed. */
function isExecution(message: HostMessage): boolean {
  switch (message.type) {
    case 'execution_start':
    case 'execution_cached':
    case 'progress':
    case 'progress_state':
    case 'execution_progress':
    case 'executed':
      return true
    case 'executing':
      return message.node !== null
    default:
      return false
  }
}
