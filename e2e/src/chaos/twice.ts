/** Was anything paid for twice? Counted at the hosts, over all of them. Pure. */
import type { ExecutionLine } from '@safelight/testkit'

export interface HostExecution extends ExecutionLine {
  host: string
  jobId: string
}

/** From this moment on, what the host had executed was gone. */
export interface Loss {
  host: string
  at: number
  /** Also what it began only this long after. */
  alsoWithinMs?: number
  /** Only what it completed then. */
  endedIn?: { from: number; until: number }
}

export interface TwiceCount {
  /** Why, in words, one per job. */
  twice: string[]
  /** Executed again because the first result went down with its host before it could be fetched. */
  lostWithHost: number
  /** Executions that a host never finished, because it was killed or poisoned. */
  cutOff: number
}

export function countTwice(executions: HostExecution[], losses: Loss[]): TwiceCount {
  const byJob = new Map<string, HostExecution[]>()
  for (const one of executions) byJob.set(one.jobId, [...(byJob.get(one.jobId) ?? []), one])
  const twice: string[] = []
  let lostWithHost = 0
  for (const [jobId, all] of byJob) {
    const inTurn = all.toSorted((a, b) => a.startedAt - b.startedAt)
    const reasons: string[] = []
    let excused = false
    for (const [at, later] of inTurn.entries()) {
      for (const earlier of inTurn.slice(0, at)) {
        const reason = toReason(earlier, later)
        if (!reason) continue
        if (isGone(earlier, later, losses)) excused ||= earlier.outcome === 'success'
        else reasons.push(`${jobId}: ${reason}`)
      }
    }
    if (reasons[0]) twice.push(reasons[0])
    else if (excused) lostWithHost += 1
  }
  const unfinished = executions.filter(({ outcome }) => ['running', 'crashed'].includes(outcome))
  return { twice, lostWithHost, cutOff: unfinished.length }
}

function toReason(earlier: HostExecution, later: HostExecution): string | null {
  const where = `${earlier.host} and ${later.host}`
  // the client's mark is the promptId we derived, also on hosts that choose their own
  if (earlier.clientId === later.clientId) return `one prompt ran on ${where}`
  const completed = earlier.outcome === 'success' && later.outcome === 'success'
  return completed ? `completed on ${where}` : null
}

/** Nobody could have had the earlier one's result when the later one began. */
function isGone(earlier: HostExecution, later: HostExecution, losses: Loss[]): boolean {
  return losses.some(({ host, at, alsoWithinMs = 0, endedIn }) => {
    const { startedAt, endedAt } = earlier
    if (host !== earlier.host || at < startedAt - alsoWithinMs || at > later.startedAt) return false
    return !endedIn || (endedAt !== null && endedIn.from <= endedAt && endedAt <= endedIn.until)
  })
}
