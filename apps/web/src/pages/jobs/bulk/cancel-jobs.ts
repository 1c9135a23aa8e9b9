/** Canceling many jobs, and what came of it in words. */
import type { Client } from '@safelight/client'

export type CancelTarget =
  | { kind: 'selected'; ids: readonly string[] }
  /** `more`: there are more than `count`. */
  | { kind: 'queued'; count: number; more: boolean }

export interface Canceled {
  canceled: number
  canceling: number
  skipped: number
}

/** So many ids fit into one request. */
const IDS_AT_ONCE = 200

export async function cancelJobs(jobs: Client['jobs'], target: CancelTarget): Promise<Canceled> {
  if (target.kind === 'queued') return await jobs.cancelMany({ status: ['queued'] })
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
export function toTargetWords(target: CancelTarget): string {
  if (target.kind === 'selected') return toJobs(target.ids.length)
  if (target.count === 1) return 'the queued job'
  return `all ${target.count}${target.more ? '+' : ''} queued jobs`
}

/** `9 canceled, 2 stopping, 1 needed nothing` */
export function toResultWords({ canceled, canceling, skipped }: Canceled): string {
  const parts = [
    canceled > 0 && `${canceled} canceled`,
    canceling > 0 && `${canceling} stopping on ${canceling === 1 ? 'its host' : 'their hosts'}`,
    skipped > 0 && `${skipped} had ended already`,
  ].filter((part) => part !== false)
  return parts.length > 0 ? `${parts.join(', ')}.` : 'There was nothing left to cancel.'
}

function toJobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`
}
