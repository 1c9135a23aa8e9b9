/** Reports to the registry the state of this worker's hosts, and what they can run: at every change, and now and then. */
import { randomUUID } from 'node:crypto'
import type { NodeClasses } from '@safelight/comfyui'
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import { type HostFiles, type HostRegistry, type HostReport, levelOf } from '@safelight/store'
import type { DispatchLimits } from '../limits.ts'
import type { WorkerTimings } from '../timings.ts'
import type { HostFileLists } from './file-looks.ts'
import type { Host } from './host.ts'

export interface HeartbeatOptions {
  hosts: () => readonly Host[]
  registry: HostRegistry
  files: Pick<HostFiles, 'save'>
  workerId: string
  /** For whoever is asked why a job waits. */
  limits: Pick<DispatchLimits, 'ownerLimit'>
  /** Aborted when this worker gives its hosts nothing new any more: what runs there goes on for a while. */
  stopping: AbortSignal
  timings: Pick<WorkerTimings, 'reportEveryMs' | 'reportAtLeastMs' | 'lastReportMs'>
  clock: Clock
  log: Logger
}

export interface Heartbeat {
  /** Reports this host soon: something about it has changed. */
  beat(host: Host): void
  /** The last word on a host that this worker drives no longer. */
  leave(host: Host): void
  /** The last report says that this worker drives the hosts no longer. */
  close(): Promise<void>
}

export function startHeartbeat(given: HeartbeatOptions): Heartbeat {
  // its own reports alone are overwritten, and none of another that has its name
  const options = { ...given, instance: randomUUID().slice(0, 8), leavingSinceOf }
  const { hosts, registry, stopping, timings, clock, log } = options
  const saved = new Map<string, { nodeClasses: NodeClasses; files: HostFileLists }>()
  const changed = new Set<Host>()
  const left = new Set<Host>()
  /** Since when a host gets nothing new from here. */
  const leaving = new WeakMap<Host, number>()
  /** What was reported last, but for its times, by hostId. */
  const said = new Map<string, string>()
  let reporting: Promise<void> | null = null
  let reportedAt = Number.NEGATIVE_INFINITY
  let callOff: (() => void) | null = null
  let closed = false

  const onError = (error: unknown) => log[levelOf(error)]({ err: error }, 'hosts not reported')

  function leavingSinceOf(host: Host): number | null {
    if (!stopping.aborted && !host.listing.leaving) {
      leaving.delete(host)
      return null
    }
    const at = leaving.get(host) ?? clock.now()
    leaving.set(host, at)
    return at
  }

  async function save(host: Host): Promise<void> {
    const { nodeClasses, reachable } = host.state
    if (!reachable) return
    const before = saved.get(host.hostId)
    if (before?.nodeClasses !== nodeClasses)
      await registry.saveNodeClasses(host.hostId, nodeClasses)
    // as they are now: they may have changed meanwhile
    const { files } = host.state
    if (files.at > 0 && before?.files !== files) await options.files.save(host.hostId, files)
    saved.set(host.hostId, { nodeClasses, files })
  }

  /** One after the other, so that an older report never follows a newer one. */
  async function reportChanged(): Promise<void> {
    // first: another may come under the same name
    await reportLeft([...left])
    // what changes together is reported together
    const hosts = [...changed]
    changed.clear()
    // first: whoever hears of a host takes jobs for it by what it can run
    const failure = await saveAll(hosts)
    const news = hosts
      .map((host) => toReport(host, options))
      .filter((report) => said.get(report.hostId) !== withoutTimes(report))
    await registry.report(...news)
    for (const report of news) said.set(report.hostId, withoutTimes(report))
    if (failure) throw failure.error
  }

  /** @returns what went wrong: that a host lives is told all the same */
  async function saveAll(all: readonly Host[]): Promise<{ error: unknown } | null> {
    try {
      for (const host of all) await save(host)
      return null
    } catch (error) {
      return { error }
    }
  }

  function beat(host: Host): void {
    if (closed || !hosts().includes(host)) return
    changed.add(host)
    reportSoon()
  }

  function leave(host: Host): void {
    changed.delete(host)
    saved.delete(host.hostId)
    said.delete(host.hostId)
    left.add(host)
    reportSoon()
  }

  /** At once after a pause, and a few times a second while much changes. */
  function reportSoon(): void {
    if (closed || reporting || callOff) return
    const passed = clock.steady() - reportedAt
    callOff = clock.after(Math.max(0, timings.reportAtLeastMs - passed), () => {
      callOff = null
      void reportNow()
    })
  }

  function reportNow(): Promise<void> {
    reporting ??= reportChanged()
      .catch(onError)
      .finally(() => {
        reporting = null
        reportedAt = clock.steady()
        if (changed.size + left.size > 0) reportSoon()
      })
    return reporting
  }

  /** Also of those about which there is no news: others must know that they are looked after. */
  async function beatAll(): Promise<void> {
    said.clear()
    for (const host of hosts()) changed.add(host)
    await reportNow()
  }

  async function reportLeft(gone: readonly Host[]): Promise<void> {
    await registry.report(...gone.map((host) => ({ ...toReport(host, options), left: true })))
    for (const host of gone) left.delete(host)
  }

  async function reportAllLeft(): Promise<void> {
    await reporting
    await reportLeft([...new Set([...left, ...hosts()])])
  }

  const beatEach = () => {
    for (const host of hosts()) beat(host)
  }
  stopping.addEventListener('abort', beatEach, { once: true })
  const loop = repeat({ everyMs: timings.reportEveryMs, run: beatAll, onError, clock })
  return {
    beat,
    leave,
    async close() {
      closed = true
      stopping.removeEventListener('abort', beatEach)
      callOff?.()
      let giveUp = () => {}
      const patience = new Promise<void>((resolve) => {
        giveUp = clock.after(timings.lastReportMs, resolve)
      })
      const lastReports = Promise.all([loop.close(), reportAllLeft()]).catch(onError)
      await Promise.race([lastReports, patience])
      giveUp()
    },
  }
}

/** Times alone are no news. */
function withoutTimes(report: HostReport): string {
  return JSON.stringify({ ...report, at: 0, seenAt: 0 })
}

interface ReportOptions extends HeartbeatOptions {
  instance: string
  leavingSinceOf: (host: Host) => number | null
}

function toReport(
  host: Host,
  { workerId, limits, clock, instance, leavingSinceOf }: ReportOptions,
): HostReport {
  const { version, devices, queueDepth, models, modelsAt, seenAt, movedAt } = host.state
  const { state, reason, since } = host.condition
  return {
    hostId: host.hostId,
    workerId,
    instance,
    at: clock.now(),
    left: false,
    state,
    reason,
    since,
    version,
    labels: [...host.listing.labels],
    slots: host.listing.slots,
    ...host.jobs(),
    queueDepth,
    devices,
    models: [...models],
    modelsAt,
    throughput: host.finished,
    seenAt,
    movedAt,
    wakes: true,
    ownerLimit: limits.ownerLimit,
    leavingSince: leavingSinceOf(host),
  }
}
