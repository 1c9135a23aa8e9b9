/**
 * Whether any host there is would take the inputs of a workflow: values, ranges, types of links, what is missing.
 *
 * What a host said of its node classes stays true until it is started anew, so nobody is asked. Refused is only what
 * every host that could take the job is certain to refuse: a value may exist on one of them alone.
 */
import { boundProblems, type InputVerdict, judgeInputs } from '@safelight/comfyui'
import type { ApiError, Workflow } from '@safelight/shared'
import {
  classNamesOf,
  type FleetKnowledge,
  type KnownHost,
  knowsAll,
  ofPool,
  refuseForHosts,
} from './fleet-knowledge.ts'
import { noHostRunsIt, toWorkflowError } from './invalid-workflow.ts'

export interface InputCheckRequest {
  workflow: Workflow
  pool: string | null
  /** Only these outputs are asked for; null: all there are. */
  targets: readonly string[] | null
}

/** @throws ApiError when hosts are known and each of them is certain to refuse it */
export async function checkInputs(
  fleet: Pick<FleetKnowledge, 'hosts' | 'hostsLately'>,
  request: InputCheckRequest,
): Promise<void> {
  await refuseForHosts(fleet, (hosts) => refusalOf(hosts, request))
}

function refusalOf(
  hosts: readonly KnownHost[],
  { workflow, pool, targets }: InputCheckRequest,
): ApiError | null {
  const names = classNamesOf(workflow)
  const able = ofPool(hosts, pool).filter((host) => knowsAll(names, host))
  // hosts that are alike share what is known of them
  const kinds = new Set(able.map(({ classes }) => classes))
  const verdicts: InputVerdict[] = []
  for (const classes of kinds) {
    const verdict = classes && judgeInputs(workflow, classes, targets)
    // it runs something of it, or nobody knows
    if (!verdict || verdict.good.length > 0) return null
    verdicts.push(verdict)
  }
  const [nearest] = verdicts.sort((one, other) => countOf(one) - countOf(other))
  return nearest ? toRefusal(nearest) : null
}

function countOf({ problems }: InputVerdict): number {
  return [...problems.values()].reduce((sum, { errors }) => sum + errors.length, 0)
}

function toRefusal({ outputs, problems }: InputVerdict): ApiError {
  const bounded = boundProblems(Object.fromEntries(problems))
  if (outputs.length === 0) {
    const message = 'No host that could run the workflow knows an output node in it.'
    return toWorkflowError('invalid_workflow', message, { ...bounded, type: 'prompt_no_outputs' })
  }
  return noHostRunsIt(bounded, ({ message, details }) =>
    details === '' ? message : `${message}: ${details}`,
  )
}
