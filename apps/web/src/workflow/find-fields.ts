/** Finds what people edit in a workflow: texts, files, seeds, numbers, sizes and models that stand in it as literals. */
import {
  ExactNumber,
  type NodeClassView,
  toLink,
  toNearestNumber,
  type Workflow,
} from '@safelight/shared'
import { userOf } from './describe-workflow.ts'
import { type ColorField, type Field, ROLES, type SizeField } from './field.ts'
import { findListed } from './find-listed.ts'
import { findMedia } from './find-media.ts'
import { findPrompts } from './find-prompts.ts'
import { findTexts } from './find-texts.ts'
import { type KnownInput, toKnownInput } from './known-inputs.ts'
import { findLiteral, idOf, type Place } from './links.ts'

/** What the fleet says of node classes, by name. */
export type NodeClasses = Readonly<Record<string, NodeClassView>>

/**
 * In the order of `ROLES`; within a role, in the order of the file.
 * @param classes as far as they are known: they say which inputs take files and models that nobody here has heard of
 */
export function findFields(workflow: Workflow, classes: NodeClasses = {}): Field[] {
  const ids = Object.keys(workflow)
  const prompts = findPrompts(workflow)
  const found = [
    ...findTexts(workflow, prompts),
    ...findMedia(workflow, classes),
    ...ids.flatMap((nodeId) => findKnown(workflow, nodeId)),
    ...findListed(workflow, classes),
    ...ids.flatMap((nodeId) => findSize(workflow, nodeId)),
    ...ids.flatMap((nodeId) => findColor(workflow, nodeId)),
  ]
  // several samplers may share one primitive: the first that uses it names the field
  const fields = [...new Map(found.toReversed().map((field) => [field.id, field])).values()]
  return fields.toReversed().sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role))
}

function findKnown(workflow: Workflow, nodeId: string): Field[] {
  return Object.keys(workflow[nodeId]?.inputs ?? {}).flatMap((input) => {
    const known = toKnownInput(input)
    const field = known && toKnownField(workflow, { nodeId, input }, known)
    return field ? [field] : []
  })
}

function toKnownField(workflow: Workflow, user: Place, known: KnownInput): Field | null {
  const wanted = known.kind === 'choice' ? isText : isNumber
  const place = findLiteral(workflow, user, wanted)
  if (!place) return null
  const value = workflow[place.nodeId]?.inputs[place.input]
  const common = { ...place, id: idOf(place), ...userOf(workflow, user.nodeId) }
  if (known.kind === 'choice') {
    if (!isText(value)) return null
    const takenBy = {
      className: workflow[user.nodeId]?.class_type ?? '',
      input: user.input,
    }
    return { ...known, ...common, kind: 'choice', value, takenBy }
  }
  if (!isNumber(value)) return null
  if (known.kind === 'seed') return { ...known, ...common, kind: 'seed', value }
  const label = known.role === 'batch' && makesFilm(workflow) ? 'Frames' : known.label
  return { ...known, ...common, label, value: Number(value) }
}

/** The steps in which sides grow: every latent stands for eight pixels. */
const LATENT_STEP = 8

function findSize(workflow: Workflow, nodeId: string): SizeField[] {
  const node = workflow[nodeId]
  const width = findLiteral(workflow, { nodeId, input: 'width' }, isNumber)
  const height = findLiteral(workflow, { nodeId, input: 'height' }, isNumber)
  if (!node || !width || !height || idOf(width) === idOf(height)) return []
  const value = {
    width: Number(workflow[width.nodeId]?.inputs[width.input]),
    height: Number(workflow[height.nodeId]?.inputs[height.input]),
  }
  // a scaler that is to keep the proportions has a side of 0: no size anybody would set
  if (value.width < 1 || value.height < 1) return []
  const user = userOf(workflow, nodeId)
  // what makes an empty picture sets the size; what is given one changes it
  const label = Object.values(node.inputs).some(toLinkOfPicture) ? user.nodeTitle : 'Size'
  const step = node.class_type.includes('Latent') ? LATENT_STEP : 1
  const id = idOf(width)
  return [{ ...width, ...user, id, kind: 'size', role: 'size', label, value, step, height }]

  function toLinkOfPicture(input: unknown): boolean {
    const link = toLink(input)
    return link !== null && link.from !== width?.nodeId && link.from !== height?.nodeId
  }
}

function findColor(workflow: Workflow, nodeId: string): ColorField[] {
  const value = toNearestNumber(workflow[nodeId]?.inputs['color'])
  if (value === null || !Number.isInteger(value) || value < 0 || value > 0xffffff) return []
  const place = { nodeId, input: 'color' }
  const common = { ...place, id: idOf(place), ...userOf(workflow, nodeId) }
  return [{ ...common, kind: 'color', role: 'color', label: 'Color', value }]
}

/** Whether the pictures end up one after the other instead of side by side. */
function makesFilm(workflow: Workflow): boolean {
  return Object.values(workflow).some(({ class_type }) =>
    /animated|video|webm|gif/i.test(class_type),
  )
}

function isNumber(value: unknown): value is number | ExactNumber {
  return typeof value === 'number' || value instanceof ExactNumber
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
