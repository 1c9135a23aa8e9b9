/** Which files a host must list to take a workflow: values of inputs that name a model, and reach an output. */
import type { Workflow } from '@safelight/shared'
import { type FileChoices, isModelFile, lists } from '../client/file-choices.ts'
import type { NodeClasses } from '../client/types.ts'
import { reachableFrom, unwrap, usersOf } from './links.ts'
import { guessOutputNodes, outputNodesOf } from './outputs.ts'

export interface FileNeed {
  nodeId: string
  className: string
  input: string
  file: string
}

/** A workflow is anybody's text; what it needs is kept beside its place in line. One with more is not looked at to its end. */
const MOST_NEEDS = 32
const LONGEST_NAME = 255

export interface Asked {
  workflow: Workflow
  /** Null while no host is known. */
  classes: NodeClasses | null
  /** Only these outputs are asked for; null or absent: all there are. */
  targets?: readonly string[] | null
}

/**
 * Each once, in the order of the graph. Whether an input is a choice of files at all is the host's to say.
 * @param isUnlisted whether a host lists files for that input, and not this: then it counts, whatever it is called
 */
export function fileNeedsOf(
  asked: Asked,
  isUnlisted: (need: FileNeed) => boolean = () => false,
): FileNeed[] {
  const { workflow } = asked
  // hosts look at what their outputs need, and at nothing else
  const checked = reachableFrom(workflow, outputsOf(asked))
  const found = new Map<string, FileNeed>()
  for (const [nodeId, { class_type: className, inputs }] of Object.entries(workflow)) {
    if (!checked.has(nodeId) || className.length > LONGEST_NAME) continue
    for (const [input, given] of Object.entries(inputs)) {
      const { value: file } = unwrap(given)
      if (typeof file !== 'string' || file.length > LONGEST_NAME) continue
      if (input.length > LONGEST_NAME) continue
      const need = { nodeId, className, input, file }
      if (!isModelFile(file) && !isUnlisted(need)) continue
      found.set(JSON.stringify([nodeId, input]), need)
      if (found.size === MOST_NEEDS) return [...found.values()]
    }
  }
  return [...found.values()]
}

export interface Lacks {
  /** What the host does not list. */
  files: FileNeed[]
  /** For these it refuses the workflow, for certain: no output is left without one. */
  refuses: boolean
}

/**
 * What would keep a host from running the workflow, as far as its lists tell.
 * @param asked with the nodes that it refuses for other reasons
 */
export function lacksOf(
  needs: readonly FileNeed[],
  choices: FileChoices,
  asked: Asked & { refused?: Iterable<string> },
): Lacks {
  const files = needs.filter((need) => lists(choices, need) === false)
  if (files.length === 0) return { files, refuses: false }
  const certain = files.filter(
    ({ className, input }) => choices.get(className)?.get(input)?.strict === true,
  )
  // it drops the outputs that need one, and runs the rest
  const dropped = usersOf(asked.workflow, [
    ...certain.map(({ nodeId }) => nodeId),
    ...(asked.refused ?? []),
  ])
  const outputs = outputsOf(asked)
  return { files, refuses: outputs.length > 0 && outputs.every((id) => dropped.has(id)) }
}

function outputsOf({ workflow, classes, targets = null }: Asked): string[] {
  const outputs = classes ? outputNodesOf(workflow, classes) : guessOutputNodes(workflow)
  return targets === null ? outputs : outputs.filter((id) => targets.includes(id))
}
