/**
 * Everything on record of one job, for whoever looks for a fault: without what its submitter has sent, of which only the
 * sizes are told, and without what hosts have said.
 */
import { isTerminal, type JobEvent, type Snapshot } from '@safelight/shared'
import type { Redis } from 'ioredis'
import { createStandings, type Standing } from '../backlog/standing.ts'
import type { Backlog } from '../backlog/backlog.ts'
import type { JobOnHost } from '../backlog/whereabouts.ts'
import type { JobStore } from '../job-store.ts'
import type { Keys } from '../keys.ts'
import { lockKeyOf } from '../queues/held-tickets.ts'
import type { HostStage, Tickets, TicketState } from '../queues/tickets.ts'
import { ask } from '../redis-unavailable.ts'

export interface InspectedJob {
  record: Record<string, unknown>
  /** Bytes; 0 for what is not there. */
  sizes: { snapshot: number; workflow: number; extraData: number }
  place: Omit<Standing, 'attempt' | 'needs' | 'ahead'>
  needs: Record<string, unknown>
  /** Of the host's queue where it has a ticket; null when it is on none. */
  ticket: (TicketState & { lockLeftMs: number | null }) | null
  /** Private to workers: where its attempt runs, and how earlier ones failed. */
  attempt: Record<string, unknown> | null
  /** How many are kept, and the last of them, oldest first. */
  events: { kept: number; last: Record<string, unknown>[] }
}

export interface InspectDeps {
  redis: Redis
  keys: Keys
  store: Pick<JobStore, 'load' | 'eventsAfter'>
  backlog: Pick<Backlog, 'locate' | 'position'>
  tickets: Pick<Tickets, 'look'>
}

/** Null when there is no such job. */
export type InspectJob = (jobId: string) => Promise<InspectedJob | null>

const EVENTS_TOLD = 20

export function createInspectJob(deps: InspectDeps): InspectJob {
  const { redis, keys, store, tickets } = deps
  const readStanding = createStandings(deps)
  return async (jobId) => {
    const snapshot = await store.load(jobId)
    if (!snapshot) return null
    const [standing, { events }, snapshotSize, workflow, secrets, stream] = await Promise.all([
      readStanding(jobId, snapshot.owner),
      store.eventsAfter(jobId, Math.max(0, snapshot.seq - EVENTS_TOLD)),
      ask(redis.hstrlen(keys.job(jobId), 'snapshot')),
      ask(redis.strlen(keys.workflow(jobId))),
      ask(redis.strlen(keys.secrets(jobId))),
      ask(redis.xlen(keys.events(jobId))),
    ])
    const { attempt, needs, ahead: _ahead, ...place } = standing
    const at = 'hostId' in place.where && !isTerminal(snapshot.status) ? place.where : null
    return {
      record: toRecord(snapshot),
      sizes: { snapshot: snapshotSize, workflow, extraData: secrets },
      place,
      needs: {
        classes: needs.classes.length,
        files: needs.files.length,
        listed: needs.listed.length,
        avoid: needs.avoid,
        avoidUntil: needs.avoidUntil,
        memory: needs.memory,
      },
      ticket: at && (await lookAt(at.hostId, at.place, { jobId, times: place.dispatches })),
      // its address may hold what nobody is to see
      attempt: attempt && {
        ...attempt,
        hostUrl: undefined,
        harvest: attempt.harvest && { files: attempt.harvest.files.length },
      },
      events: { kept: stream, last: events.map(toTold) },
    }
  }

  async function lookAt(hostId: string, stage: HostStage, job: JobOnHost) {
    const ticket = await tickets.look(hostId, stage, job)
    const left = await ask(redis.pttl(lockKeyOf(keys, ticket.queue, ticket.name)))
    return { ...ticket, lockLeftMs: left >= 0 ? left : null }
  }
}

function toRecord(snapshot: Snapshot): Record<string, unknown> {
  const { metadata, outputs, nodes, warnings, error, progress, limits, ...record } = snapshot
  const { targets, ...allowed } = limits
  return {
    ...record,
    limits: { ...allowed, targets: targets?.length ?? null },
    metadata: metadata === null ? null : Object.keys(metadata).length,
    outputs: outputs.length,
    nodes: Object.keys(nodes).length,
    warnings: warnings.map(({ code }) => code),
    error: error && { code: error.code, node_id: error.node_id ?? null },
    progress: progress && {
      value: progress.value,
      current_node: progress.current_node,
      kind: progress.kind,
    },
  }
}

function toTold(event: JobEvent): Record<string, unknown> {
  const { seq, ts, type } = event
  switch (event.type) {
    case 'status': {
      const { status, phase, attempt, hostId, error } = event
      return { seq, ts, type, status, phase, attempt, hostId, error: error?.code }
    }
    case 'progress':
      return { seq, ts, type, value: event.progress.value, node: event.progress.current_node }
    case 'output':
      return { seq, ts, type, output: event.output.id, bytes: event.output.size_bytes }
  }
}
