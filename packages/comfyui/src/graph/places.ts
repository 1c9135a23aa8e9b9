/** Where the nodes of a workflow stand: as its text has them, which JavaScript's objects do not keep of ids that are numbers. */
import { membersOf } from '@safelight/shared'

/** @param workflowText JSON. @returns node id → its place, from 0 */
export function placesOf(workflowText: string): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const { key } of membersOf(workflowText)) if (!places.has(key)) places.set(key, places.size)
  return places
}
