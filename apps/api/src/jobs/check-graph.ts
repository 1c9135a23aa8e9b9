/** Whether a graph may go to a host at all: its shape, its links, its size, and node classes that some host has. */
import { checkWorkflow, type NodeClasses } from '@safelight/comfyui'
import type { Workflow } from '@safelight/shared'
import { toWorkflowError } from './invalid-workflow.ts'
import type { FleetClasses } from './node-class-cache.ts'

export interface CheckGraphDeps {
  /** What the hosts know; null when no host is known. */
  fleetClasses: {
    /** As of a while ago. */
    get: () => Promise<FleetClasses | null>
    /** As of a moment ago. What was not read meanwhile is the same object. */
    lately: () => Promise<FleetClasses | null>
  }
  limits: { maxNodes: number; maxBytes: number }
}

/** @throws ApiError for a graph that no host must see. @returns it, and the classes by which it was judged */
export async function checkGraph(
  { fleetClasses, limits }: CheckGraphDeps,
  { graph, bytes }: { graph: unknown; bytes: number },
): Promise<{ workflow: Workflow; classes: NodeClasses | null }> {
  const judge = (fleet: FleetClasses | null) =>
    checkWorkflow(graph, { classes: fleet?.classes ?? null, limits, bytes })
  let fleet = await fleetClasses.get()
  let check = judge(fleet)
  if (!check.ok && fleet !== null) {
    // what is remembered may be older than a host that has just come
    const lately = await fleetClasses.lately()
    if (lately !== fleet) [fleet, check] = [lately, judge(lately)]
  }
  if (check.ok) return { workflow: check.workflow, classes: fleet?.classes ?? null }
  const { nodeErrors, moreProblems: more, type } = check
  throw toWorkflowError(check.code, check.message, { nodeErrors, more, ...(type && { type }) })
}
