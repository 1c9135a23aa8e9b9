/**
 * Which of the jobs that wait a free slot gets. Pure: from what the host can run and holds, and the jobs in fair order.
 *
 * The first one that the host may run, unless it would have to load models for it while a later one finds its own in
 * place. Loading is what a GPU waits for, so that one may overtake; but a job is overtaken a bounded number of times
 * and for a bounded time, and never by one of lower priority. Of that patience each model takes a share: were all of it
 * spent on the first, the jobs of all others would be due at once, in an order that loads a model for each.
 *
 * When something must be loaded, it is a model that no other host holds: so hosts settle on different ones.
 */
import { type FileChoices, lists } from '@safelight/comfyui'
import { type Candidate, isWithinSkills, type JobNeeds, nodeClassesOf } from '@safelight/store'

export interface Offer {
  hostId: string
  /** Node classes that it knows; empty while that is not known. */
  classes: ReadonlySet<string>
  /** Files that it lists for inputs of its nodes, as far as it says. */
  files: FileChoices
  /** Model files of the job that was dispatched there last: in place when its next one begins. */
  loaded: ReadonlySet<string>
  /** The same of each other host that takes jobs. */
  elsewhere: readonly ReadonlySet<string>[]
  /** No host that takes jobs has more memory. */
  hasMostMemory: boolean
}

export interface AffinityLimits {
  /** How often a job may be overtaken. 0: never. */
  count: number
  /** For how long, from the first time on. */
  ms: number
}

export interface Pick {
  jobId: string
  pool: string
  /** Jobs before it that the host could have run. */
  overtaken: string[]
}

export interface PickOptions {
  affinity: AffinityLimits
  nowMs: number
}

/** @returns null when there is none that the host may run */
export function pickJob(
  candidates: readonly Candidate[],
  offer: Offer,
  options: PickOptions,
): Pick | null {
  const eligible = inTurn(candidates, offer, options.nowMs)
  const [first] = eligible
  if (!first) return null
  const overtaker = findOvertaker(eligible, offer, options)
  const { jobId, pool } = eligible[overtaker] ?? first
  return { jobId, pool, overtaken: eligible.slice(0, overtaker).map((job) => job.jobId) }
}

/** The first one, if nothing must be loaded for it: no other host suits it better. */
export function pickInPlace(
  candidates: readonly Candidate[],
  offer: Offer,
  nowMs: number,
): Pick | null {
  const [first] = inTurn(candidates, offer, nowMs)
  if (!first || !isInPlace(first.needs.files, offer.loaded)) return null
  return { jobId: first.jobId, pool: first.pool, overtaken: [] }
}

function inTurn(candidates: readonly Candidate[], offer: Offer, nowMs: number): Candidate[] {
  return candidates.filter((candidate) => mayRun(candidate, offer, nowMs)).sort(inFairOrder)
}

/** @returns its place among the jobs in fair order; 0: nobody is overtaken */
function findOvertaker(
  jobs: readonly Candidate[],
  { loaded, elsewhere }: Offer,
  options: PickOptions,
): number {
  const at = jobs.findIndex(({ needs }) => isInPlace(needs.files, loaded))
  if (at === 0) return 0
  if (at > 0 && mayAllBeOvertaken(jobs.slice(0, at), jobs[at], options)) return at
  // something is loaded for whichever it is
  const held = (files: readonly string[]) => elsewhere.some((other) => isInPlace(files, other))
  const rare = jobs.findIndex(({ needs }) => !held(needs.files) && !isInPlace(needs.files, loaded))
  return jobs.slice(0, Math.max(0, rare)).every((job) => mayBeOvertaken(job, jobs[rare], options))
    ? Math.max(0, rare)
    : 0
}

/** Each by its share: whose models are first in the fair order has all of the patience, the next ones less and less. */
function mayAllBeOvertaken(
  jobs: readonly Candidate[],
  by: Candidate | undefined,
  { affinity, nowMs }: PickOptions,
): boolean {
  const models = ({ needs }: Candidate) => needs.files.join('\n')
  const inOrder = [...new Set(jobs.map(models))]
  return jobs.every((job) => {
    const share = 1 - inOrder.indexOf(models(job)) / inOrder.length
    const limits = { count: affinity.count * share, ms: affinity.ms * share }
    return mayBeOvertaken(job, by, { affinity: limits, nowMs })
  })
}

/** Whether the host can run it, and has not just failed it while others may do better. */
export function mayRun({ needs }: { needs: JobNeeds }, offer: Offer, nowMs: number): boolean {
  const { classes, hostId } = offer
  if (!isWithinSkills(needs)) return false
  if (classes.size > 0 && !nodeClassesOf(needs).every((name) => classes.has(name))) return false
  if (unlistedFor(needs, offer.files).length > 0) return false
  if (needs.avoidUntil === null || nowMs >= needs.avoidUntil) return true
  return !needs.avoid.includes(hostId) && (!needs.memory || offer.hasMostMemory)
}

/**
 * Classes for which the host does not list what the job needs. Where a class of a custom node may take other names as
 * well, that counts only if another host was known to have the file.
 */
export function unlistedFor({ listed }: Candidate['needs'], files: FileChoices): string[] {
  return listed.flatMap(([className, input, file, isKnown]) => {
    if (lists(files, { className, input, file }) !== false) return []
    return isKnown || files.get(className)?.get(input)?.strict ? [className] : []
  })
}

/**
 * Between pools, who is further behind in its own goes first. So do those who have waited too long, whatever their
 * priorities: of higher ones there may always be another that has waited too long as well.
 */
function inFairOrder(one: Candidate, other: Candidate): number {
  if (one.aged !== other.aged) return one.aged ? -1 : 1
  return (one.aged ? 0 : one.band - other.band) || one.lag - other.lag
}

/** Nothing needs to be loaded for it. One that names no model does not make the host forget any. */
export function isInPlace(files: readonly string[], loaded: ReadonlySet<string>): boolean {
  return files.every((file) => loaded.has(file))
}

function mayBeOvertaken(
  { aged, band, overtaken }: Candidate,
  by: Candidate | undefined,
  { affinity, nowMs }: PickOptions,
): boolean {
  if (aged || band !== by?.band) return false
  const { count, firstAt } = overtaken
  return count < affinity.count && (firstAt === null || nowMs - firstAt < affinity.ms)
}
