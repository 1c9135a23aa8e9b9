/** Finds the texts that steer samplers, by following the links from where they are used to where they are written. */
import { type Link, toLink, type Workflow } from '@safelight/shared'
import { findLiteral, type Place } from './links.ts'

export interface FoundPrompt extends Place {
  role: 'prompt' | 'avoid'
  /** The node that turns the text into conditioning; its title is what people call the text. */
  encoder: string
}

type Side = 'positive' | 'negative'

/** Inputs under which encoders take their text: CLIPTextEncode, and its kin for SDXL, SD3 and Flux. */
const TEXT_INPUT = /^(text|prompt|clip_[lgh]|t5xxl|text_[lg])$/
/** Inputs through which conditioning travels on. */
const CONDITIONING_INPUT = /^(conditioning|positive|negative|cond)/
/** Makes an empty conditioning of a full one: what feeds it is no text to avoid. */
const FORGETS = new Set(['ConditioningZeroOut'])

/** Wanted texts first, in the order of the file; a text that is both wanted and avoided counts as wanted. */
export function findPrompts(workflow: Workflow): FoundPrompt[] {
  const found = new Map<string, FoundPrompt>()
  for (const side of ['positive', 'negative'] as const) {
    const seen = new Set<string>()
    for (const id of Object.keys(workflow)) {
      const link = toLink(workflow[id]?.inputs[side]) ?? guiderLink(workflow, { id, side })
      if (!link) continue
      for (const prompt of follow(workflow, { link, side, seen })) {
        const key = `${prompt.nodeId}:${prompt.input}`
        if (!found.has(key)) found.set(key, prompt)
      }
    }
  }
  return [...found.values()]
}

/** A guider without two sides (Flux) has one `conditioning`. */
function guiderLink(workflow: Workflow, { id, side }: { id: string; side: Side }): Link | null {
  const node = workflow[id]
  const isGuider = side === 'positive' && node?.class_type.endsWith('Guider') === true
  return isGuider ? toLink(node.inputs['conditioning']) : null
}

function follow(
  workflow: Workflow,
  { link, side, seen }: { link: Link; side: Side; seen: Set<string> },
): FoundPrompt[] {
  const node = workflow[link.from]
  const key = `${link.from}:${link.slot}`
  if (!node || seen.has(key) || FORGETS.has(node.class_type)) return []
  seen.add(key)
  const texts = textsOf(workflow, link.from)
  if (texts.length > 0) {
    const role = side === 'positive' ? 'prompt' : 'avoid'
    return texts.map((place) => ({ ...place, role, encoder: link.from }))
  }
  const inputs = Object.keys(node.inputs).filter((name) => CONDITIONING_INPUT.test(name))
  // a node with both sides (ControlNet) hands the positive on at slot 0 and the negative at slot 1
  const twoSided = inputs.includes('positive') && inputs.includes('negative')
  const onward = twoSided ? [link.slot === 1 ? 'negative' : 'positive'] : inputs
  return onward.flatMap((name) => {
    const next = toLink(node.inputs[name])
    return next ? follow(workflow, { link: next, side, seen }) : []
  })
}

function textsOf(workflow: Workflow, nodeId: string): Place[] {
  const names = Object.keys(workflow[nodeId]?.inputs ?? {}).filter((name) => TEXT_INPUT.test(name))
  return names.flatMap((input) => {
    const place = findLiteral(workflow, { nodeId, input }, (value) => typeof value === 'string')
    return place ? [place] : []
  })
}
