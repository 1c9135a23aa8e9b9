/**
 * Whether a host lists the model files that a workflow names.
 *
 * Files come to a host without a restart, so what is on record is old. When no list has a file, the hosts are asked anew
 * for the node classes that name it, and the answer is waited for a moment. Refused is only what every known host is
 * sure to refuse, by lists that are complete and fresh. Whatever else there is to doubt, the job waits for such a host.
 */
import {
  type FileNeed,
  fileNeedsOf,
  judgeInputs,
  type Lacks,
  lacksOf,
  lists,
  type NodeClasses,
  type Problem,
} from '@safelight/comfyui'
import { type Clock, sleep } from '@safelight/runtime'
import type { ApiError, Workflow } from '@safelight/shared'
import type { JobNeeds } from '@safelight/store'
import {
  classNamesOf,
  type FleetKnowledge,
  type KnownHost,
  knowsAll,
  ofPool,
  takesJobs,
} from './fleet-knowledge.ts'
import { groupByNode, noHostRunsIt } from './invalid-workflow.ts'

export interface CheckFilesDeps {
  fleet: Pick<FleetKnowledge, 'hosts' | 'hostsLately'>
  /** Asks whichever workers drive the hosts to look at these classes again. */
  announceLook: (classes: string[]) => Promise<void>
  now: () => Promise<number>
  clock: Clock
  timings: {
    /** Lists asked for so shortly before are fresh: clocks agree no better. */
    filesFreshMs: number
    /** How long hosts may take to be asked anew. */
    filesLookMs: number
    /** Pause between two looks whether they were; submissions that wait at the same time share them. */
    filesPollMs: number
  }
}

export interface FileCheckRequest {
  workflow: Workflow
  classes: NodeClasses | null
  pool: string | null
  /** Only these outputs are asked for; null: all there are. */
  targets: readonly string[] | null
  signal: AbortSignal
}

/** @throws ApiError when no host can run it. @returns what its host must list */
export type CheckFiles = (request: FileCheckRequest) => Promise<JobNeeds['listed']>

export function createCheckFiles(deps: CheckFilesDeps): CheckFiles {
  const { fleet, announceLook, now, clock, timings } = deps

  return async function checkFiles(request) {
    let hosts = ofPool(await fleet.hosts(), request.pool)
    const needs = fileNeedsOf(request, (need) => hosts.some((host) => isUnlisted(need, host)))
    if (needs.length === 0) return []
    let verdict = judge(needs, hosts, request)
    if (verdict.outcome === 'listed') return toListed(needs, hosts)
    const since = (await now()) - timings.filesFreshMs
    const patience = clock.steady() + timings.filesLookMs
    let announced = false
    for (;;) {
      hosts = ofPool(await fleet.hostsLately(timings.filesPollMs), request.pool)
      verdict = judge(needs, hosts, request)
      if (verdict.outcome === 'listed') return toListed(needs, hosts)
      const stale = verdict.lacking.filter((lack) => !isFresh(lack, since))
      // who takes no jobs may not be asked, either
      if (!stale.some(({ host }) => takesJobs(host)) || clock.steady() >= patience) {
        return conclude(needs, hosts, { ...verdict, isCertain: stale.length === 0 })
      }
      if (!announced) await announceLook([...new Set(stale.flatMap(classesOf))])
      announced = true
      await sleep(clock, timings.filesPollMs, request.signal)
    }
  }
}

type HostLacks = Lacks & { host: KnownHost }

type Verdict =
  /** A host lists everything, as far as it says. */
  | { outcome: 'listed' }
  /** None does: `best` comes nearest. */
  | { outcome: 'unlisted'; best: HostLacks; lacking: HostLacks[] }

function judge(
  needs: readonly FileNeed[],
  hosts: readonly KnownHost[],
  { workflow, classes, targets }: FileCheckRequest,
): Verdict {
  const names = classNamesOf(workflow)
  const refusedBy = rememberRefused(workflow)
  const lacking = hosts
    .filter((host) => knowsAll(names, host))
    .map((host) => {
      const asked = { workflow, classes, targets, refused: refusedBy(host) }
      return { host, ...lacksOf(needs, host.files?.choices ?? new Map(), asked) }
    })
  const [best] = lacking.toSorted(
    (one, other) =>
      Number(one.refuses) - Number(other.refuses) || one.files.length - other.files.length,
  )
  if (!best || lacking.some(({ files }) => files.length === 0)) return { outcome: 'listed' }
  return { outcome: 'unlisted', best, lacking }
}

/** Nodes that a host refuses for other reasons: hosts that are alike refuse the same. */
function rememberRefused(workflow: Workflow): (host: KnownHost) => string[] {
  const known = new Map<NodeClasses, string[]>()
  return ({ classes }) => {
    if (!classes) return []
    const refused = known.get(classes) ?? [...judgeInputs(workflow, classes).problems.keys()]
    known.set(classes, refused)
    return refused
  }
}

function conclude(
  needs: readonly FileNeed[],
  hosts: readonly KnownHost[],
  { best, isCertain }: { best: HostLacks; isCertain: boolean },
): JobNeeds['listed'] {
  if (best.refuses && isCertain) throw refusal(best.files, hosts)
  if (best.refuses) return toListed(needs, hosts)
  // some host runs it all the same, or what is left of it: as if nobody had asked
  return toListed(
    needs.filter((need) => !best.files.includes(need)),
    hosts,
  )
}

function classesOf({ files }: HostLacks): string[] {
  return [...new Set(files.map(({ className }) => className))]
}

function isFresh(lack: HostLacks, since: number): boolean {
  const { files } = lack.host
  return files !== null && classesOf(lack).every((name) => lastAsked(files, name) >= since)
}

function lastAsked({ at, askedAt }: NonNullable<KnownHost['files']>, className: string): number {
  return Math.max(at, askedAt.get(className) ?? 0)
}

function isUnlisted(need: FileNeed, { files }: KnownHost): boolean {
  return files !== null && lists(files.choices, need) === false
}

function isListed(need: FileNeed, hosts: readonly KnownHost[]): boolean {
  return hosts.some(({ files }) => files !== null && lists(files.choices, need) === true)
}

function toListed(needs: readonly FileNeed[], hosts: readonly KnownHost[]): JobNeeds['listed'] {
  const listed = new Map<string, JobNeeds['listed'][number]>()
  for (const need of needs) {
    const { className, input, file } = need
    listed.set(JSON.stringify([className, input, file]), [
      className,
      input,
      file,
      isListed(need, hosts),
    ])
  }
  return [...listed.values()]
}

/** In ComfyUI's own words: this is what every host would have answered. */
function refusal(missing: readonly FileNeed[], hosts: readonly KnownHost[]): ApiError {
  const problems = missing.map((need) => ({
    nodeId: need.nodeId,
    className: need.className,
    problem: isUpload(need, hosts) ? noSuchPicture(need) : toProblem(need, isListed(need, hosts)),
  }))
  return noHostRunsIt(groupByNode(problems), ({ details }) => details)
}

function isUpload({ className, input }: FileNeed, hosts: readonly KnownHost[]): boolean {
  return hosts.some(({ files }) => files?.choices.get(className)?.get(input)?.uploads === true)
}

function noSuchPicture({ input, file }: FileNeed): Problem {
  return {
    type: 'custom_validation_failed',
    message: 'Custom validation failed for node',
    details: `${input} - Invalid image file: ${file}`,
    extra_info: { input_name: input, received_value: file },
  }
}

function toProblem({ input, file }: FileNeed, isElsewhere: boolean): Problem {
  const where = isElsewhere
    ? 'the list of any host that could run the rest'
    : 'the list of any host'
  return {
    type: 'value_not_in_list',
    message: 'Value not in list',
    details: `${input}: '${file}' not in ${where}`,
    extra_info: { input_name: input, input_config: null, received_value: file },
  }
}
