/** `Host`: one ComfyUI server as this worker knows it, probed for as long as it is open. */
import { type HostClient, HostError, type NodeClasses } from '@safelight/comfyui'
import type { Logger } from '@safelight/shared/server'
import type { Clock } from '../job/clock.ts'

export interface HostState {
  /** It answered lately and has nothing to rest from. */
  reachable: boolean
  version: string | null
  nodeClasses: NodeClasses
}

export interface Host {
  readonly hostId: string
  readonly client: HostClient
  readonly state: HostState
  /** It lost or starved a job: no new one for a while, longer each time until it thrives. */
  rest(cause: string): void
  /** It finished a prompt: earlier trouble is forgotten. */
  thrive(): void
  close(): void
}

export interface HostOptions {
  hostId: string
  client: HostClient
  clock: Clock
  log: Logger
  onChange: () => void
}

const PROBE_EVERY_MS = 10_000
const FIRST_RETRY_MS = 500
const LONGEST_WAIT_MS = 30_000
/** The classes a host knows change only with a restart or an installed pack. */
const CLASSES_EVERY_MS = 10 * 60_000
/** A GPU-busy Python answers late: one slow probe is no proof. */
const SLOW_PROBES = 3

export function createHost({ hostId, client, clock, log, onChange }: HostOptions): Host {
  const closing = new AbortController()
  let state: HostState = { reachable: false, version: null, nodeClasses: {} }
  let classesAtMs = Number.NEGATIVE_INFINITY
  let failures = 0
  let rests = 0
  // a probe that began before a rest must not end it
  let era = 0
  let callOff = clock.after(0, probe)

  function schedule(ms: number): void {
    callOff()
    if (!closing.signal.aborted) callOff = clock.after(ms, probe)
  }

  function probe(): void {
    void look()
  }

  async function look(): Promise<void> {
    const since = era
    try {
      const next = await ask()
      if (since === era) succeed(next)
    } catch (error) {
      if (since === era) fail(error)
    }
  }

  async function ask(): Promise<HostState> {
    const { version } = await client.systemStats(closing.signal)
    const known = state.reachable && version === state.version
    const fresh = known && clock.now() - classesAtMs < CLASSES_EVERY_MS
    const nodeClasses = fresh ? state.nodeClasses : await client.nodeClasses(closing.signal)
    if (!fresh) classesAtMs = clock.now()
    return { reachable: true, version, nodeClasses }
  }

  function succeed(next: HostState): void {
    failures = 0
    if (!state.reachable) log.info({ hostId, version: next.version }, 'host reachable')
    change(next)
    schedule(PROBE_EVERY_MS)
  }

  function fail(error: unknown): void {
    if (closing.signal.aborted) return
    failures += 1
    const code = error instanceof HostError ? error.code : 'unknown'
    const onlySlow = code === 'timeout' && state.reachable && failures < SLOW_PROBES
    if (!onlySlow && (state.reachable || failures === 1))
      log.warn({ hostId, code }, 'host not reachable')
    if (!onlySlow && state.reachable) change({ ...state, reachable: false })
    schedule(backOff(failures))
  }

  function change(next: HostState): void {
    state = next
    onChange()
  }

  const host: Host = {
    hostId,
    client,
    get state() {
      return state
    },
    rest(cause) {
      era += 1
      rests += 1
      log.warn({ hostId, cause, restMs: backOff(rests) }, 'host rests')
      change({ ...state, reachable: false })
      schedule(backOff(rests))
    },
    thrive() {
      rests = 0
    },
    close() {
      callOff()
      closing.abort()
    },
  }
  return host
}

function backOff(times: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_RETRY_MS * 2 ** (times - 1))
}
