/** Canceling in steps: asked for, confirmed, done. Nothing is canceled without its number having been shown. */
import type { Client } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

export type BulkStep =
  | { step: 'idle' }
  | { step: 'asking' | 'working'; target: CancelTarget }
  | { step: 'done'; text: string; bad: boolean }

export interface BulkCancel {
  now: BulkStep
  ask: (target: CancelTarget) => void
  confirm: () => void
  dismiss: () => void
}

export function useBulkCancel(onDone: () => void): BulkCancel {
  const client = useClient()
  const queries = useQueryClient()
  const [now, setNow] = useState<BulkStep>({ step: 'idle' })

  async function cancel(target: CancelTarget): Promise<void> {
    setNow({ step: 'working', target })
    try {
      const result = await cancelJobs(client.jobs, target)
      onDone()
      setNow({ step: 'done', text: toResultText(result, target), bad: false })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      setNow({ step: 'done', text: `It could not be done: ${reason}`, bad: true })
    }
    await queries.invalidateQueries({ queryKey: ['jobs', 'open'] })
  }

  return {
    now,
    ask: (target) => setNow({ step: 'asking', target }),
    confirm: () => {
      if (now.step === 'asking') void cancel(now.target)
    },
    dismiss: () => {
      if (now.step !== 'working') setNow({ step: 'idle' })
    },
  }
}

export type CancelTarget =
  | { kind: 'selected'; ids: readonly string[] }
  /** `more`: there are more than `count`. `owner`: whose; null for everybody's. */
  | { kind: 'queued'; count: number; more: boolean; owner: string | null }

export interface Canceled {
  canceled: number
  canceling: number
  skipped: number
}

/** So many ids fit into one request. */
const IDS_AT_ONCE = 200

export async function cancelJobs(jobs: Client['jobs'], target: CancelTarget): Promise<Canceled> {
  if (target.kind === 'queued') {
    const { owner } = target
    return await jobs.cancelMany({ status: ['queued'], ...(owner !== null && { owner }) })
  }
  const total = { canceled: 0, canceling: 0, skipped: 0 }
  for (let at = 0; at < target.ids.length; at += IDS_AT_ONCE) {
    const result = await jobs.cancelMany({ ids: target.ids.slice(at, at + IDS_AT_ONCE) })
    total.canceled += result.canceled
    total.canceling += result.canceling
    total.skipped += result.skipped
  }
  return total
}

/** `12 jobs`, `1 job`, `all 100+ queued jobs` */
export function toTargetText(target: CancelTarget): string {
  if (target.kind === 'selected') return toJobs(target.ids.length)
  const whose = target.owner === null ? '' : ` of ${target.owner}`
  if (target.count === 1) return `the queued job${whose}`
  return `all ${target.count}${target.more ? '+' : ''} queued jobs${whose}`
}

/** `9 canceled, 2 stopping on their hosts, 1 had ended or was stopping already` */
export function toResultText(
  { canceled, canceling, skipped }: Canceled,
  { kind }: Pick<CancelTarget, 'kind'>,
): string {
  const before =
    kind === 'queued' ? 'had begun or ended by then' : 'had ended or was stopping already'
  const parts = [
    canceled > 0 && `${canceled} canceled`,
    canceling > 0 && `${canceling} stopping on ${canceling === 1 ? 'its host' : 'their hosts'}`,
    skipped > 0 && `${skipped} ${before}`,
  ].filter((part) => part !== false)
  return parts.length > 0 ? `${parts.join(', ')}.` : 'There was nothing left to cancel.'
}

function toJobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`
}
