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
} from './fleet-knowledge.ts'
import { toWorkflowError } from './invalid-workflow.ts'

export interface InputCheckRequest {
  workflow: Workflow
  pool: string | null
  /** Only these outputs are asked for; null: all there are. */
  targets: readonly string[] | null
}

const MESSAGE_MAX_PROBLEMS = 3

/** @throws ApiError when hosts are known and each of them is certain to refuse it */
export async function checkInputs(
  fleet: Pick<FleetKnowledge, 'hosts' | 'hostsNow'>,
  request: InputCheckRequest,
): Promise<void> {
  // what is remembered may be older than a host that has just come
  if (refusalOf(await fleet.hosts(), request) === null) return
  const refusal = refusalOf(await fleet.hostsNow(), request)
  if (refusal) throw refusal
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
  const shown = Object.entries(bounded.nodeErrors)
    .flatMap(([id, { class_type: name, errors }]) =>
      errors.map(
        ({ message, details }) =>
          `Node ${id} (${name}): ${details === '' ? message : `${message}: ${details}`}`,
      ),
    )
    .slice(0, MESSAGE_MAX_PROBLEMS)
  if (outputs.length === 0) {
    const message = 'No host that could run the workflow knows an output node in it.'
    return toWorkflowError('invalid_workflow', message, { ...bounded, type: 'prompt_no_outputs' })
  }
  return toWorkflowError('invalid_workflow', `No host can run it. ${shown.join('. ')}.`, bounded)
}
