/** What processes said of what blows left behind, against those blows: where no record has a number of its own. Pure. */
import {
  type Account,
  type AccountFacts,
  endOf,
  findSilencer,
  findSweep,
  isRedis,
  isWorker,
  named,
} from './accounts.ts'

/** A lock and a look for those that ran out, on a busy machine. */
const LOST_WITHIN_MS = 45_000
/** A host that nobody drives is waited for. */
const SWEPT_WITHIN_MS = 90_000

/** A prompt is taken on only where a blow had let go of it, and it is where a kill had. */
export function accountForAdoptions({ jobs, told, disruptions }: AccountFacts): Account {
  const adopted = told.filter(({ name }) => name === 'attempt:adopted')
  const eventsOf = new Map(jobs.map(({ jobId, events }) => [jobId, events]))
  const faults = adopted.flatMap(({ jobId, attempt, at }) => {
    const events = eventsOf.get(jobId ?? '') ?? []
    const begun = events.find((event) => event.type === 'status' && event.attempt === attempt)?.ts
    const letGo = disruptions.some(
      (one) => one.at <= at && endOf(one) >= (begun ?? 0) && !one.target.startsWith('api'),
    )
    return letGo ? [] : [`${jobId} ${attempt} was adopted, and nobody had let go of it`]
  })
  const why: string[] = []
  let really = 0
  for (const blow of disruptions) {
    if (!isWorker(blow) || blow.what !== 'killed') continue
    for (const job of jobs) {
      if (!blow.left?.tickets.includes(job.jobId)) continue
      const before = job.events.filter((event) => event.type === 'status' && event.ts <= blow.at)
      const then = before.findLast((event) => event.type === 'status')
      const isThere =
        then?.type === 'status' && then.status === 'running' && then.phase === 'executing'
      // another attempt was made, or none was: its prompt was gone
      const number = before.findLast(
        (event) => event.type === 'status' && event.attempt !== undefined,
      )
      if (!isThere || number?.type !== 'status' || number.attempt !== job.attempt) continue
      if (job.status !== 'succeeded') continue
      const id = `${job.jobId} ${job.attempt}`
      const taken = adopted.some(
        ({ jobId, attempt, at }) => jobId === job.jobId && attempt === job.attempt && at >= blow.at,
      )
      really += 1
      if (taken) continue
      const after = { id, from: blow.at, to: job.completedAt ?? Infinity }
      const silencer = findSilencer(
        after,
        disruptions.filter((one) => one !== blow),
      )
      if (silencer) why.push(`${id} was not told: ${silencer}`)
      else faults.push(`${id} was left by ${blow.target}, succeeded, and was adopted by nobody`)
    }
  }
  return { really: null, why: [...why, `${really} were left by a killed worker`], faults }
}

/** Each ticket in the hand of a killed worker is found once; others only where somebody could not keep his lock. */
export function accountForLost({ told, disruptions }: AccountFacts): Account {
  const left = told.filter(({ name }) => name === 'job:lost-its-worker')
  const why: string[] = []
  const faults: string[] = []
  let really = 0
  for (const blow of disruptions) {
    if (!isWorker(blow) || blow.what !== 'killed') continue
    for (const jobId of blow.left?.tickets ?? []) {
      really += 1
      const at = left.findIndex((one) => one.jobId === jobId && one.at >= blow.at)
      const after = { id: jobId, from: blow.at, to: blow.at + LOST_WITHIN_MS }
      if (at >= 0) left.splice(at, 1)
      else {
        const others = disruptions.filter((one) => one !== blow)
        const silencer =
          findSweep({ ...after, to: blow.at + SWEPT_WITHIN_MS }, told) ??
          findSilencer(after, others)
        if (silencer) why.push(`${jobId} of ${blow.target} was not told: ${silencer}`)
        else faults.push(`${jobId} was in the hand of ${blow.target}, and nobody found it lost`)
      }
    }
  }
  for (const { jobId, at } of left) {
    const cause = disruptions.find(
      (one) =>
        (isRedis(one) || (isWorker(one) && ['killed', 'frozen'].includes(one.what))) &&
        one.at <= at &&
        at <= endOf(one) + LOST_WITHIN_MS,
    )
    if (cause) why.push(`${jobId} lost its worker: ${named(cause)}`)
    else faults.push(`${jobId} lost its worker, and nothing accounts for it`)
  }
  return {
    really: null,
    why: [...why, `${really} tickets were in the hand of a killed worker`],
    faults,
  }
}

/** A prompt that nobody follows is one that its job has left. */
export function accountForOrphans({ jobs, told, attemptOf }: AccountFacts): Account {
  const byId = new Map(jobs.map((job) => [job.jobId, job]))
  const faults = told.flatMap(({ name, promptId, jobId, end }) => {
    if (name !== 'orphan:ended') return []
    // a host that chooses its ids is told of by them
    const of = attemptOf.get(promptId ?? '') ?? (jobId ? { jobId, attempt: null } : null)
    const job = byId.get(of?.jobId ?? '')
    if (!of || !job) return [`${promptId} was an orphan of no job`]
    const isLeft =
      of.attempt === null ||
      of.attempt < job.attempt ||
      job.takenBack > 0 ||
      // it was over before it could be stopped, and what it made is the job's
      end === 'succeeded' ||
      job.status !== 'succeeded'
    return isLeft ? [] : [`${job.jobId} ${of.attempt} was an orphan, and its job succeeded with it`]
  })
  return { really: null, why: [], faults }
}
