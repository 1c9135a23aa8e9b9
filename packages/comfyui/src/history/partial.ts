/** A prompt that went on though nodes failed: what history says of those, and of the nodes that waited for them. */
import { z } from 'zod'
import type { PartialFailure } from '../client/types.ts'
import { makerOf, type NodeIds } from '../graph/shown-node.ts'
import { parseFailure, UNKNOWN_FAILURE } from './failure.ts'

/** Named in a record: a graph may have thousands. */
const MOST_NAMED = 100

const idsSchema = z
  .array(z.union([z.string(), z.number()]).transform(String))
  .catch([])
  .transform((ids) => ids.slice(0, MOST_NAMED))
/** The proposals call the lists by two names. */
const summarySchema = z
  .looseObject({
    completion_status: z.string().nullish().catch(null),
    failed_node_ids: idsSchema,
    failed_nodes: idsSchema,
    blocked_node_ids: idsSchema,
    blocked_nodes: idsSchema,
  })
  .transform((told) => ({
    status: told.completion_status,
    failed: [...told.failed_node_ids, ...told.failed_nodes],
    blocked: [...told.blocked_node_ids, ...told.blocked_nodes],
  }))
type Summary = z.output<typeof summarySchema>

const statusSchema = z.looseObject({
  execution_summary: z.unknown().optional(),
  messages: z.array(z.tuple([z.string(), z.unknown()]).rest(z.unknown())).catch([]),
})

/** @returns null when everything that was to run has run */
export function readPartial(status: unknown, ids: NodeIds): PartialFailure | null {
  const parsed = statusSchema.safeParse(status)
  if (!parsed.success) return null
  const { messages, execution_summary } = parsed.data
  const of = (type: string) => messages.flatMap(([event, data]) => (event === type ? [data] : []))
  const failures = of('execution_node_error').map((data) => parseFailure(data, ids))
  // where the summary stands differs between the proposals: in the status, in a part of it, in the last message
  const summaries = [status, execution_summary, ...of('execution_success')].flatMap(
    (candidate) => summarySchema.safeParse(candidate).data ?? [],
  )
  const told = summaries.find(isPartial)
  if (failures.length === 0 && !told) return null
  const toOurs = (names: readonly string[]) => [
    ...new Set(names.map((id) => makerOf(id, ids) ?? id)),
  ]
  const raised = new Set(failures.map(({ nodeId }) => nodeId))
  const named = toOurs(told?.failed ?? []).filter((id) => !raised.has(id))
  const all = [...failures, ...named.map((nodeId) => ({ ...UNKNOWN_FAILURE, nodeId }))]
  return {
    failures: all.length > 0 ? all.slice(0, MOST_NAMED) : [UNKNOWN_FAILURE],
    blocked: toOurs(told?.blocked ?? []),
  }
}

function isPartial({ status, failed }: Summary): boolean {
  return status === 'partial_success' || failed.length > 0
}
