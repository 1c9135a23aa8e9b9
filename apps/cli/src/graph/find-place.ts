/** Where `NODE.INPUT=VALUE` points to in a workflow. Pure. */
import { titleOfNode, type Workflow, type WorkflowNode } from '@safelight/shared'
import { UsageError } from '../errors.ts'

/** One input of one node. */
export interface InputPlace {
  nodeId: string
  input: string
}

export interface Placed {
  place: InputPlace
  /** What was typed behind the `=`. */
  text: string
}

/** @param setting as typed, e.g. `6.text=a lighthouse`. @throws UsageError that lists what there is */
export function toPlaced(workflow: Workflow, setting: string, option: '--set' | '--input'): Placed {
  const equals = setting.indexOf('=')
  if (equals < 1) throw new UsageError(`${option} wants NODE.INPUT=VALUE, not '${setting}'`)
  const place = findPlace(workflow, setting.slice(0, equals), option)
  return { place, text: setting.slice(equals + 1) }
}

/** Titles and inputs may hold dots: each may be the one between them. */
function findPlace(workflow: Workflow, target: string, option: string): InputPlace {
  const splits = [...target.matchAll(/\./g)].map(({ index }) => ({
    name: target.slice(0, index),
    input: target.slice(index + 1),
  }))
  const found = splits.flatMap(({ name, input }) =>
    nodesNamed(workflow, name).map((nodeId) => ({ nodeId, input, name })),
  )
  const places = found.filter(({ nodeId, input }) =>
    Object.hasOwn(workflow[nodeId]?.inputs ?? {}, input),
  )
  const [place] = places
  if (place && places.length === 1) return { nodeId: place.nodeId, input: place.input }
  if (place) {
    const ids = places.map(({ nodeId }) => nodeId).join(', ')
    throw new UsageError(`${option} ${target}: '${place.name}' may be node ${ids}; use the id`)
  }
  if (found[0]) throw noSuchInput(workflow, `${option} ${target}`, found[0])
  const name = splits[0]?.name
  if (name === undefined) {
    throw new UsageError(
      `${option} ${target}: name a node and its input, e.g. 6.text; ${listNodes(workflow)}`,
    )
  }
  throw new UsageError(`${option} ${target}: there is no node '${name}'; ${listNodes(workflow)}`)
}

/** By id; else by title; else by class. */
function nodesNamed(workflow: Workflow, name: string): string[] {
  if (Object.hasOwn(workflow, name)) return [name]
  const idsOf = (test: (node: WorkflowNode) => boolean) =>
    Object.entries(workflow).flatMap(([nodeId, node]) => (test(node) ? [nodeId] : []))
  const titled = idsOf((node) => titleOfNode(node) === name)
  return titled.length > 0 ? titled : idsOf((node) => node.class_type === name)
}

function noSuchInput(workflow: Workflow, asked: string, { nodeId, input }: InputPlace): UsageError {
  const node = workflow[nodeId]
  const inputs = Object.keys(node?.inputs ?? {})
  const has = inputs.length > 0 ? `it has ${listSome(inputs)}` : 'it has none'
  return new UsageError(
    `${asked}: node ${nodeId} ${node?.class_type ?? ''} has no input '${input}'; ${has}`,
  )
}

function listNodes(workflow: Workflow): string {
  const nodes = Object.entries(workflow).map(([nodeId, node]) => {
    const title = titleOfNode(node) ?? node.class_type
    return `${nodeId} ${node.class_type}${title === node.class_type ? '' : ` "${title}"`}`
  })
  return `there are ${listSome(nodes)}`
}

const SOME = 20

function listSome(names: readonly string[]): string {
  const more = names.length > SOME ? [`${names.length - SOME} more`] : []
  return [...names.slice(0, SOME), ...more].join(', ')
}
