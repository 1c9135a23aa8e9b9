/** `Host`: one ComfyUI server as this worker knows it, probed and judged for as long as it is open. */
import type { HostClient } from '@safelight/comfyui'
import type { Clock, Emit, WorkerEvents } from '@safelight/runtime'
import type { HostState } from '@safelight/shared'
import type { SharedHostFacts, StuckPrompt } from '@safelight/store'
import type { WorkerTimings } from '../timings.ts'
import {
  type Condition,
  isSuspect,
  type Observation,
  observe,
  startCondition,
} from './condition.ts'
import {
  type PromptFollow,
  type FollowedPrompt,
  followPrompt,
  type JobsThere,
  type PromptToFollow,
  restBefore,
  toJobsThere,
} from './follow.ts'
import { type HostKnowledge, type ProbeAnswer, toAbsence } from './probe.ts'
import { backOffMs, type ProbeTimings, startProbing } from './probing.ts'
import type { HostFileLists } from './file-looks.ts'
import type { Listing } from './listing.ts'
import { createThroughput, type Throughput } from './throughput.ts'

export interface KnownHost extends HostKnowledge {
  /** It answers, though it need not be fit for new prompts. */
  reachable: boolean
  /** When it last answered, and when a prompt of ours last moved there. */
  seenAt: number | null
  movedAt: number | null
  /** Bytes of the GPU that has most; 0 when it is not known. */
  memory: number
  /** Model files of the last workflow of ours that ran there, and since when that is known. */
  models: readonly string[]
  modelsAt: number | null
  /** Files that it lists for inputs of its nodes. */
  files: HostFileLists
}

export interface Host {
  readonly hostId: string
  /** What the list of hosts says of it. */
  readonly listing: Listing
  readonly client: HostClient
  readonly state: KnownHost
  readonly condition: Condition
  /** Jobs whose prompts are there now. */
  jobs(): JobsThere
  /** The ms until those before this job's should be over; null when nobody can tell. */
  aheadMs(jobId: string): number | null
  /** What it finished for us within the last hour. */
  readonly finished: Throughput['lastHour']
  /** From before the prompt is submitted to its end. */
  follow(jobId: string, prompt: PromptToFollow): PromptFollow
  /** It lost or starved a job: no new one for a while, longer each time until one succeeds. */
  backOff(cause: string): void
  /**
   * Its device failed a job: another job after that, and it is quarantined. It rests when it is `certain` that the
   * device is to blame, or has failed others.
   */
  deviceFailed(jobId: string, certain: boolean): void
  /** It finished a prompt: earlier trouble is forgotten. `executionMs` is null when nobody saw it begin. */
  recordSuccess(executionMs: number | null): void
  /** By whichever worker. */
  setTakenSlots(count: number): void
  /** What all workers know of it. */
  applyShared(facts: SharedHostFacts): void
  /** A job names files that it does not list for these node classes: it is asked for them soon, at most now and then. */
  lookForFiles(classes: readonly string[]): void
  /** Whether it answers: asked at once, since something about the asking has changed. */
  askAnew(): void
  close(): void
}

export interface HostOptions {
  hostId: string
  listing: Listing
  client: HostClient
  timings: ProbeTimings & Pick<WorkerTimings, 'deafForMs'>
  clock: Clock
  emit: Emit<WorkerEvents>
  /** Its state, its jobs or what is known of it has changed. */
  onChange: (host: Host) => void
  /** A prompt stands still there, or is gone from there: for the other workers. */
  onStuck: (hostId: string, prompt: StuckPrompt) => void
  onUnstuck: (hostId: string, prompt: StuckPrompt) => void
}

/** What brought a change about, where that was a job. */
type Detail = Pick<WorkerEvents['host:condition'], 'jobId' | 'promptId' | 'cause' | 'backOffMs'>

export function createHost(options: HostOptions): Host {
  const { hostId, listing, client, timings, clock, emit } = options
  const followed = new Set<FollowedPrompt>()
  const throughput = createThroughput(clock)
  let condition = startCondition(clock.now())
  let movedAt: number | null = null
  let loaded: Pick<KnownHost, 'models' | 'modelsAt'> = { models: [], modelsAt: null }
  let takenSlots = 0
  /** The most since the host was last asked: its answer may be about any moment of that. */
  let mostTaken = 0
  /** Prompts of other people, by that answer. */
  let others = 0
  /** Failures since the last success. */
  let failures = 0
  /** The last prompt that was seen to be gone: what others report of it later is old. */
  let gonePromptId: string | null = null

  const probing = startProbing({
    client,
    timings,
    clock,
    isNew() {
      const { contact } = condition.facts
      return contact === 'resting' ? 'perhaps' : contact !== 'up'
    },
    isStuck: () => condition.facts.stuck !== null,
    onAsk: () => (mostTaken = takenSlots),
    onAnswer,
    onFiles: () => options.onChange(host),
    onMiss: (error) => recordObservation({ type: 'unanswered', cause: toAbsence(error) }),
  })

  function onAnswer({ running }: ProbeAnswer): void {
    others = Math.max(0, (probing.known.queueDepth ?? 0) - mostTaken)
    // first: who is seen to be alive is judged by what it holds now
    countPrompts()
    if (running) recordObservation({ type: 'looked', running })
    if ([...followed].some((prompt) => prompt.deaf)) recordObservation({ type: 'deaf', deaf: true })
    recordObservation({ type: 'answered' })
    options.onChange(host)
  }

  function countPrompts(): void {
    recordObservation({ type: 'prompts', count: takenSlots + others })
  }

  function recordObservation(observation: Observation, detail: Detail = {}): void {
    const before = condition
    condition = observe(before, observation, {
      atMs: clock.now(),
      deafForMs: timings.deafForMs,
    })
    const { stuck } = before.facts
    if (stuck && !condition.facts.stuck) {
      gonePromptId = stuck.promptId
      options.onUnstuck(hostId, stuck)
    }
    if (condition.state !== before.state) announce(before.state, detail)
  }

  function setModels(models: readonly string[]): void {
    const news = models.filter((model) => !loaded.models.includes(model))
    loaded = { models, modelsAt: clock.now() }
    if (news.length > 0) emit('host:loads', { hostId, models: news.length })
  }

  function announce(from: HostState, detail: Detail): void {
    const { state, reason, facts } = condition
    const { version } = probing.known
    // it may come back as another process, with nothing in memory
    if (state === 'offline') setModels([])
    emit('host:condition', { hostId, from, to: state, reason: reason.code, version, ...detail })
    if (facts.stuck) for (const prompt of followed) prompt.takeBack(facts.stuck)
    options.onChange(host)
  }

  const host: Host = {
    hostId,
    listing,
    client,
    get state() {
      const { state } = condition
      const reachable = state !== 'offline' && state !== 'starting'
      const { known, seenAt, files } = probing
      const memory = Math.max(0, ...known.devices.map(({ vramTotal }) => vramTotal ?? 0))
      return { ...known, reachable, seenAt, movedAt, memory, files, ...loaded }
    },
    get condition() {
      return condition
    },
    get finished() {
      return throughput.lastHour
    },
    jobs: () => toJobsThere(followed),
    aheadMs: (jobId) => restBefore(followed, jobId),
    follow(jobId, { models, restMs }) {
      const prompt = followPrompt(jobId, {
        restMs,
        stuck: () => condition.facts.stuck,
        onRunning() {
          setModels(models)
          options.onChange(host)
        },
        onMoved: () => (movedAt = clock.now()),
        onDeaf: (deaf) => recordObservation({ type: 'deaf', deaf }, { jobId }),
        onStuck(stuck) {
          failures += 1
          probing.restart(backOffMs(failures, timings))
          recordObservation({ type: 'stuck', prompt: stuck }, { jobId, promptId: stuck.promptId })
          options.onStuck(hostId, stuck)
        },
        onClosed(closed) {
          followed.delete(closed)
          options.onChange(host)
        },
      })
      followed.add(prompt)
      options.onChange(host)
      return prompt
    },
    backOff(cause) {
      failures += 1
      probing.restart(backOffMs(failures, timings))
      recordObservation({ type: 'backs_off' }, { cause, backOffMs: backOffMs(failures, timings) })
    },
    deviceFailed(jobId, certain) {
      const rests = certain || isSuspect(condition, jobId)
      recordObservation({ type: 'device_failed', jobId }, { jobId })
      if (rests) host.backOff('device_fault')
    },
    recordSuccess(executionMs) {
      failures = 0
      recordObservation({ type: 'worked' })
      throughput.add(executionMs)
      options.onChange(host)
    },
    setTakenSlots(count) {
      takenSlots = count
      mostTaken = Math.max(mostTaken, count)
      countPrompts()
    },
    applyShared({ drain, stuck }) {
      recordObservation({ type: 'drain', drain })
      if (!stuck || stuck.promptId === gonePromptId) return
      if (stuck.promptId === condition.facts.stuck?.promptId) return
      probing.restart(backOffMs(1, timings))
      recordObservation({ type: 'stuck', prompt: stuck }, { promptId: stuck.promptId })
    },
    lookForFiles: (classes) => probing.lookForFiles(classes),
    askAnew: () => probing.restart(0),
    close: () => probing.close(),
  }
  return host
}
