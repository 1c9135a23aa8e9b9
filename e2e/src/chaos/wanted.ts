/** What the load asks for, and what may come of it: told from the graph alone, so that a job whose answer was lost is judged, too. Pure. */
import type { Workflow } from '@safelight/shared'
import { textToImage } from '../testing/client.ts'
import type { Random } from '../testing/random.ts'
import { raising, slow } from '../testing/workflows.ts'

export interface Wanted {
  /** Prefixes of the names of the pictures that must come home. */
  pictures: string[]
  /** The code it must fail with; null when it must not. */
  failsWith: string | null
}

/** It sends its pictures and keeps none. */
export const SENT = 'SaveImageWebsocket'
/** What they show is called by their class. */
const SHOWS: readonly string[] = ['PreviewAny', SENT]
/** The prefix of what no host makes of these graphs. */
const NEVER = 'never'
/** The prefix of pictures made of an uploaded one. */
const FILE = 'file'
/** The prefix of pictures beside another of the same job. */
const SIDE = 'side'

/** Each its own, so that no host has its result already; but for one that is asked for twice. */
export function pickWorkflow(
  n: number,
  random: Random,
  { assetId = null, earlier }: { assetId?: string | null; earlier?: Workflow | undefined } = {},
): Workflow {
  const color = 1 + n
  const dice = random.below(20)
  if (dice < 3) return textToImage(n, 8 + random.below(20))
  if (dice < 5 && assetId) return fromFile(assetId, color)
  if (dice === 5) return shown(slow({ color, steps: 10, seconds: 0.5 }))
  // its host may have all of it still
  if (dice === 6 && earlier) return earlier
  if (dice < 11) return slow({ color, steps: 10 + random.below(20), seconds: 0.5 })
  if (dice < 14) return slow({ color, steps: 40 + random.below(40), seconds: 1 })
  if (dice < 16) return withSide(slow({ color, steps: 10 + random.below(10), seconds: 0.5 }))
  if (dice === 16) return partlyValid(slow({ color, steps: 10, seconds: 0.5 }))
  if (dice === 17) return raising('oom', color)
  if (dice === 18) return raising('value_error', color)
  // refused by whoever reads it first
  return { '1': saving(['9', 0], NEVER) }
}

/** Two pictures more, the first of them long before the slow one. */
function withSide(workflow: Workflow): Workflow {
  return { ...workflow, '4': saving(['1', 0], SIDE), '5': saving(['2', 0], SIDE) }
}

/** One of its outputs is wider than any host allows, and is dropped. */
function partlyValid(workflow: Workflow): Workflow {
  const scale = { upscale_method: 'nearest-exact', width: 20_000, height: 64, crop: 'disabled' }
  return {
    ...workflow,
    '4': { class_type: 'ImageScale', inputs: { image: ['1', 0], ...scale } },
    '5': saving(['4', 0], NEVER),
  }
}

/** A picture that was uploaded, and one of its own. */
function fromFile(assetId: string, color: number): Workflow {
  const image = { __type: 'core/ASSET', info: { id: assetId } }
  return {
    ...slow({ color, steps: 10, seconds: 0.5 }),
    '4': { class_type: 'LoadImage', inputs: { image } },
    '5': { class_type: 'ImageInvert', inputs: { image: ['4', 0] } },
    '6': saving(['5', 0], FILE),
  }
}

/** A text, and a picture that is only sent. */
function shown(workflow: Workflow): Workflow {
  return {
    ...workflow,
    '4': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } },
    '5': { class_type: 'SaveImageWebsocket', inputs: { images: ['1', 0] } },
  }
}

function saving(images: [string, number], prefix: string) {
  return { class_type: 'SaveImage', inputs: { images, filename_prefix: prefix } }
}

export function toWanted(workflow: Workflow): Wanted {
  const nodes = Object.values(workflow)
  const raises = nodes.find(({ class_type }) => class_type === 'TraceRaise')?.inputs['kind']
  const pictures = nodes.flatMap(({ class_type, inputs }) => {
    if (SHOWS.includes(class_type)) return [class_type]
    const prefix = inputs['filename_prefix']
    return class_type === 'SaveImage' && typeof prefix === 'string' ? [prefix] : []
  })
  return {
    pictures: pictures.filter((prefix) => prefix !== NEVER).toSorted(),
    failsWith: raises === undefined ? null : codeOf(raises),
  }
}

/** Whether a picture of it is only sent, so that who does not hear it can but have it made again. */
export function isFragile(workflow: Workflow): boolean {
  return Object.values(workflow).some(({ class_type }) => class_type === SENT)
}

function codeOf(kind: unknown): string {
  return kind === 'oom' ? 'out_of_memory' : 'node_execution_error'
}
