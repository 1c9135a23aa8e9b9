/** Sorts settings into the groups of a form: the picture, how it is sampled (per sampler when there are several), the models. */
import type { Field, Role } from './field.ts'

export interface FieldGroup {
  title: string
  fields: Field[]
}

const PICTURE: readonly Role[] = ['size', 'batch', 'frames', 'color']
const MODEL: readonly Role[] = ['model', 'strength']
const SAMPLING: readonly Role[] = ['seed', 'steps', 'guidance', 'sampler', 'scheduler', 'denoise']

/** Texts are left out: they have a place of their own. */
export function groupFields(fields: readonly Field[]): FieldGroup[] {
  const having = (roles: readonly Role[]) => fields.filter(({ role }) => roles.includes(role))
  const groups = [
    { title: 'Picture', fields: withPlaces(having(PICTURE)) },
    ...groupSampling(having(SAMPLING)),
    { title: 'Models', fields: withPlaces(having(MODEL)) },
  ]
  return groups.filter((group) => group.fields.length > 0)
}

/** Custom samplers spread one sampling over several nodes; two samplers repeat every name. */
function groupSampling(fields: readonly Field[]): FieldGroup[] {
  if (new Set(fields.map(({ role }) => role)).size === fields.length) {
    return [{ title: 'Sampling', fields: [...fields] }]
  }
  const byNode = new Map<string, Field[]>()
  for (const field of fields) {
    byNode.set(field.usedBy, [...(byNode.get(field.usedBy) ?? []), field])
  }
  const groups = [...byNode.values()].map((group) => ({ first: group[0], fields: group }))
  return groups.map(({ first, fields }) => {
    const title = first?.nodeTitle ?? 'Sampling'
    const repeated = groups.filter(({ first }) => first?.nodeTitle === title).length > 1
    return { title: repeated ? `${title} ${first?.usedBy}` : title, fields }
  })
}

/** Two fields of one name say whose they are. */
function withPlaces(fields: readonly Field[]): Field[] {
  return fields.map((field) => {
    const alike = fields.filter(({ label }) => label === field.label)
    if (alike.length < 2) return field
    const sameTitle = alike.filter(({ nodeTitle }) => nodeTitle === field.nodeTitle).length > 1
    const where = sameTitle ? `${field.nodeTitle} ${field.usedBy}` : field.nodeTitle
    return { ...field, label: `${field.label} · ${where}` }
  })
}
