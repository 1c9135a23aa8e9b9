/** Files that people bring along: the inputs of load nodes. */
import { type AssetReference, toInputMedia } from '@safelight/client'
import { isJsonObject, isReference, memberOf, toLink, type Workflow } from '@safelight/shared'
import { userOf } from './describe-workflow.ts'
import type { MediaField } from './field.ts'
import type { NodeClasses } from './find-fields.ts'
import { idOf } from './links.ts'

/** Of `LoadImage`: the picture is at slot 0. */
const MASK_SLOT = 1

export function findMedia(workflow: Workflow, classes: NodeClasses): MediaField[] {
  const found = Object.entries(workflow).flatMap(([nodeId, { class_type: className, inputs }]) =>
    Object.entries(inputs).flatMap(([input, value]): MediaField[] => {
      const told = memberOf(classes, className)
      const media = toInputMedia({ className, input }, told)
      if (media === null || !isFileValue(value)) return []
      const place = { nodeId, input }
      const names = userOf(workflow, nodeId)
      const usesMask = media === 'image' && hasMaskUser(workflow, nodeId)
      const common = { ...place, ...names, id: idOf(place), label: names.nodeTitle }
      return [{ ...common, kind: 'media', role: 'media', media, value, usesMask }]
    }),
  )
  return found.map((field) => {
    const alike = found.filter(({ label }) => label === field.label)
    return alike.length === 1 ? field : { ...field, label: `${field.label} ${field.nodeId}` }
  })
}

/** Whether the value is a reference that names its asset. */
export function isAssetReference(value: unknown): value is AssetReference {
  return isReference(value) && isJsonObject(value.info) && typeof value.info['id'] === 'string'
}

function isFileValue(value: unknown): value is MediaField['value'] {
  return typeof value === 'string' || isAssetReference(value)
}

function hasMaskUser(workflow: Workflow, nodeId: string): boolean {
  return Object.values(workflow).some(({ inputs }) =>
    Object.values(inputs).some((value) => {
      const link = toLink(value)
      return link?.from === nodeId && link.slot === MASK_SLOT
    }),
  )
}
