/** What a host does not have of what a job needs. Pure. */
import { lists } from '@safelight/comfyui'
import { toLine } from '@safelight/shared'
import { type JobNeeds, nodeClassesOf } from '@safelight/store'
import type { KnownHost } from '../jobs/fleet-knowledge.ts'

/** Told of one host: whoever lacks more lacks a whole set of nodes. */
const TOLD_AT_MOST = 5

/** @returns in words, the first five; none when it may run it, which is so as well where the host does not say */
export function lacksOf(
  { classes, files }: Pick<KnownHost, 'classes' | 'files'>,
  needs: JobNeeds,
): string[] {
  const nodes = nodeClassesOf(needs)
    .filter((name) => classes !== null && !Object.hasOwn(classes, name))
    .map((name) => `a node '${toLine(name)}'`)
  const unlisted = needs.listed.flatMap(([className, input, file, isKnown]) => {
    if (!files || lists(files.choices, { className, input, file }) !== false) return []
    // a class of a custom node may take other names as well
    if (!isKnown && !files.choices.get(className)?.get(input)?.strict) return []
    return [`'${toLine(file)}' listed for ${toLine(input)} of ${toLine(className)}`]
  })
  return [...nodes, ...unlisted].slice(0, TOLD_AT_MOST)
}
