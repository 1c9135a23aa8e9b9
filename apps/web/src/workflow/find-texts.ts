/** Text fields: the prompts first, then every other text long enough to be written by people. */
import type { Workflow } from '@safelight/shared'
import type { TextField } from './field.ts'
import { findPrompts, type FoundPrompt } from './find-prompts.ts'
import { userOf } from './describe-workflow.ts'
import { idOf } from './links.ts'

/** Inputs that hold prose on nodes we know nothing of. */
const PROSE_INPUT = /prompt|caption|instruction|^(text|string|value)(_[a-z0-9]+)?$/
const LONG_TEXT = 60

export function findTexts(workflow: Workflow, prompts: readonly FoundPrompt[]): TextField[] {
  const fields = new Map<string, TextField>()
  for (const prompt of prompts) {
    const field = toTextField(workflow, prompt, prompt.encoder)
    if (field) fields.set(field.id, { ...field, role: prompt.role })
  }
  for (const [nodeId, node] of Object.entries(workflow)) {
    for (const [input, value] of Object.entries(node.inputs)) {
      if (typeof value !== 'string' || !isProse(input, value)) continue
      const field = toTextField(workflow, { nodeId, input }, nodeId)
      if (field && !fields.has(field.id)) fields.set(field.id, { ...field, role: roleOf(input) })
    }
  }
  return withLabels([...fields.values()])
}

/** The first prompt in which something is written: what people would call the picture. */
export function findPromptText(workflow: Workflow): string | undefined {
  const texts = findTexts(workflow, findPrompts(workflow)).filter(({ role }) => role === 'prompt')
  return texts.map(({ value }) => value.trim()).find((text) => text !== '')
}

function toTextField(
  workflow: Workflow,
  { nodeId, input }: { nodeId: string; input: string },
  user: string,
): TextField | null {
  const value = workflow[nodeId]?.inputs[input]
  if (typeof value !== 'string') return null
  const names = userOf(workflow, user)
  const id = idOf({ nodeId, input })
  return { id, nodeId, input, kind: 'text', role: 'text', label: names.nodeTitle, ...names, value }
}

function isProse(input: string, value: string): boolean {
  // a prefix may be long; it names files all the same
  if (/prefix|name|path|url|file/i.test(input)) return false
  return PROSE_INPUT.test(input) || (value.length >= LONG_TEXT && /\s/.test(value))
}

/** Nodes that take both texts themselves call them by name. */
function roleOf(input: string): TextField['role'] {
  if (input.startsWith('negative')) return 'avoid'
  return /^(positive_)?prompt$/.test(input) ? 'prompt' : 'text'
}

const LABELS = { prompt: 'Prompt', avoid: 'Avoid' } as const

/** One prompt is called so; of several, each says which: `Prompt · t5xxl`, `Prompt · Second pass`. */
function withLabels(fields: readonly TextField[]): TextField[] {
  return fields.map((field) => {
    const { role, usedBy, nodeTitle, input } = field
    if (role !== 'prompt' && role !== 'avoid') return field
    const name = LABELS[role]
    const alike = fields.filter((other) => other.role === role)
    if (alike.length === 1) return { ...field, label: name }
    const sameNode = alike.every((other) => other.usedBy === usedBy)
    const sameTitle = alike.filter((other) => other.nodeTitle === nodeTitle).length > 1
    if (sameNode) return { ...field, label: `${name} · ${input}` }
    return { ...field, label: `${name} · ${sameTitle ? `${nodeTitle} ${usedBy}` : nodeTitle}` }
  })
}
