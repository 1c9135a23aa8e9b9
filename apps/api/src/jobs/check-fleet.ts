/** Whether any host there is could run a job, by its pool and by the nodes of its workflow. */
import { ApiError, likeIt, type Workflow } from '@safelight/shared'
import { NO_SUCH_POOL } from '../http/request-log.ts'
import {
  classNamesOf,
  type FleetKnowledge,
  type KnownHost,
  knowsAll,
  ofPool,
  refuseForHosts,
} from './fleet-knowledge.ts'
import { groupByNode, toWorkflowError } from './invalid-workflow.ts'

export interface FleetCheckRequest {
  workflow: Workflow
  pool: string | null
}

const MESSAGE_MAX_CLASSES = 3

/** @throws ApiError when hosts are known and none of them could */
export async function checkFleet(
  fleet: Pick<FleetKnowledge, 'hosts' | 'hostsLately'>,
  request: FleetCheckRequest,
): Promise<void> {
  await refuseForHosts(fleet, (hosts) => refusalOf(hosts, request))
}

function refusalOf(
  hosts: readonly KnownHost[],
  { workflow, pool }: FleetCheckRequest,
): ApiError | null {
  if (hosts.length === 0) return null
  const serving = ofPool(hosts, pool)
  if (serving.length === 0) {
    const like = likeIt(
      pool ?? '',
      hosts.flatMap(({ labels }) => labels),
    )
    const message = `pool: no host has the label '${pool}'${like}.`
    return new ApiError('invalid_request', message, { details: { reason: NO_SUCH_POOL, pool } })
  }
  const names = classNamesOf(workflow)
  if (serving.some((host) => knowsAll(names, host))) return null
  // each is known somewhere: the host that comes nearest shows what is amiss
  const [missing = []] = serving
    .map((host) => names.filter((name) => !knowsAll([name], host)))
    .sort((one, other) => one.length - other.length)
  return noHostHas(missing, { workflow, pool })
}

function noHostHas(missing: readonly string[], { workflow, pool }: FleetCheckRequest): ApiError {
  const whose = pool === null ? 'No host' : `No host with the label '${pool}'`
  const problems = Object.entries(workflow)
    .filter(([, { class_type: name }]) => missing.includes(name))
    .map(([nodeId, { class_type: name }]) => {
      const message = `${whose} that knows the other nodes has a node '${name}'.`
      const extra_info = { class_type: name }
      const problem = { type: 'missing_node_type', message, details: '', extra_info }
      return { nodeId, className: name, problem }
    })
  const shown = missing.slice(0, MESSAGE_MAX_CLASSES).map((name) => `'${name}'`)
  const rest = missing.length > shown.length ? ` and ${missing.length - shown.length} more` : ''
  const message = `${whose} has all nodes of the workflow: the nearest lacks ${shown.join(', ')}${rest}.`
  return toWorkflowError('invalid_workflow', message, groupByNode(problems))
}
