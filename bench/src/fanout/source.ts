/** Events of running jobs, published as a worker's writes are, at any rate: what is measured is who passes them on. */
import { tellNobody } from '@safelight/runtime'
import { randomUUID } from 'node:crypto'
import type { JobEvent } from '@safelight/shared'
import { createJobStore, type Keys } from '@safelight/store'
import type { Redis } from 'ioredis'
import { now, toTimedMessage } from '../crowd/messages.ts'

export interface Source {
  /** Publishes on these channels so often a second each, for so long. @returns how many were published */
  run(options: { perSecond: number; ms: number }): Promise<number>
}

interface Line {
  channel: string
  jobId: string
  seq: number
  stamp: string
}

/** @param channel where not the job's own */
export async function openSource(
  { redis, keys, jobIds }: { redis: Redis; keys: Keys; jobIds: readonly string[] },
  channel?: string,
): Promise<Source> {
  const store = createJobStore({ redis, emit: tellNobody, keys })
  const lines: Line[] = []
  for (const jobId of jobIds) {
    const { seq = 0, stamp = '' } = (await store.load(jobId)) ?? {}
    lines.push({ channel: channel ?? keys.live(jobId), jobId, seq, stamp })
  }

  function publish(line: Line, pipeline: ReturnType<Redis['pipeline']>): void {
    const stamp = randomUUID()
    const event = toEvent(line, stamp)
    line.seq = event.seq
    line.stamp = stamp
    pipeline.publish(line.channel, JSON.stringify(event))
  }

  return {
    async run({ perSecond, ms }) {
      const everyMs = 1_000 / perSecond / lines.length
      const startedAt = performance.now()
      let published = 0
      for (let passed = 0; passed < ms; passed = performance.now() - startedAt) {
        const due = Math.floor(Math.min(passed, ms) / everyMs)
        const pipeline = redis.pipeline()
        for (; published < due; published += 1) {
          const line = lines[published % lines.length]
          if (line) publish(line, pipeline)
        }
        if (pipeline.length > 0) await pipeline.exec()
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      return published
    },
  }
}

/** A tick of a sampler, with the state of a few nodes: what is told most. */
function toEvent({ jobId, seq, stamp: follows }: Line, stamp: string): JobEvent {
  return {
    type: 'progress',
    jobId,
    seq: seq + 1,
    ts: Date.now(),
    stamp,
    follows,
    progress: {
      value: 0.5,
      nodes_done: 4,
      nodes_total: 7,
      current_node: '5',
      current_node_class: 'KSampler',
      step: seq,
      steps: 1_000_000,
      message: toTimedMessage(now()),
      kind: 'aggregate',
      node: { id: '5', class: 'KSampler', title: 'Sampler', value: seq % 20, max: 20 },
      eta_ms: 4_000,
    },
    nodes: { '5': 'running' },
  }
}
