/** Reports to the registry the state of this worker's hosts, and what they can run: at every change, and now and then. */
import type { NodeClasses } from '@safelight/comfyui'
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import type { HostFiles, HostRegistry, HostReport } from '@safelight/store'
import type { WorkerTimings } from '../timings.ts'
import type { HostFileLists } from './file-looks.ts'
import type { Host } from './host.ts'

export interface HeartbeatOptions {
  hosts: () => readonly Host[]
  registry: HostRegistry
  files: Pick<HostFiles, 'save'>
  workerId: string
  timings: Pick<WorkerTimings, 'reportEveryMs' | 'lastReportMs'>
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

export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { hosts, registry, timings, clock, log } = options
  const saved = new Map<string, { nodeClasses: NodeClasses; files: HostFileLists }>()
  const changed = new Set<Host>()
  const left = new Set<Host>()
  let reporting: Promise<void> | null = null
  let closed = false

  const onError = (error: unknown) => log.warn({ err: error }, 'hosts not reported')

  async function report(host: Host): Promise<void> {
    await registry.report(toReport(host, options))
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
    // what changes together is reported together
    await Promise.resolve()
    // first: another may come under the same name
    for (const host of left) {
      await reportLeft(host)
      left.delete(host)
    }
    for (const host of changed) {
      changed.delete(host)
      await report(host)
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
    left.add(host)
    reportSoon()
  }

  function reportSoon(): void {
    reporting ??= reportChanged()
      .catch(onError)
      .finally(() => {
        reporting = null
      })
  }

  async function beatAll(): Promise<void> {
    for (const host of hosts()) beat(host)
    await reporting
  }

  async function reportLeft(host: Host): Promise<void> {
    await registry.report({ ...toReport(host, options), left: true })
  }

  async function reportAllLeft(): Promise<void> {
    await reporting
    for (const host of new Set([...left, ...hosts()])) await reportLeft(host)
  }

  const loop = repeat({ everyMs: timings.reportEveryMs, run: beatAll, onError, clock })
  return {
    beat,
    leave,
    async close() {
      closed = true
      let callOff = () => {}
      const patience = new Promise<void>((resolve) => {
        callOff = clock.after(timings.lastReportMs, resolve)
      })
      const lastReports = Promise.all([loop.close(), reportAllLeft()]).catch(onError)
      await Promise.race([lastReports, patience])
      callOff()
    },
  }
}

function toReport(host: Host, options: HeartbeatOptions): HostReport {
  const { workerId, clock } = options
  const { version, devices, queueDepth, models, modelsAt, seenAt, movedAt } = host.state
  const { state, reason, since } = host.condition
  return {
    hostId: host.hostId,
    workerId,
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
  }
}
