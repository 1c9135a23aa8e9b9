/** What the time of a node depends on beside its class and steps: the model it works with, and how much picture. */
import { memberOf, toLink, type Workflow, type WorkflowNode } from '@safelight/shared'
import { namesModelFile } from './models.ts'
import { createNumberReader } from './steps.ts'

export interface NodeWork {
  /** File name of the model, as the loader before it names it; null where none is to be seen. */
  model: string | null
  /** Of all pictures or frames that pass through it; null when the graph does not tell. */
  megapixels: number | null
  /** It names the model itself. */
  loads: boolean
}

const NOTHING: NodeWork = { model: null, megapixels: null, loads: false }
const COUNTS = ['batch_size', 'length', 'num_frames', 'video_frames', 'frames']

/**
 * Says of each node what it works with: what it says itself, or what comes to it along its links, `model` before all
 * others. One walk, however deep: each node is read once.
 */
export function createWorkReader(workflow: Workflow): (id: string) => NodeWork {
  const toNumber = createNumberReader(workflow)
  const known = new Map<string, NodeWork>()
  const entered = new Set<string>()
  const sources = new Map<string, Sources>()

  function walk(start: string): NodeWork {
    const pending = [start]
    for (let id = pending.at(-1); id !== undefined; id = pending.at(-1)) {
      const node = known.has(id) ? undefined : memberOf(workflow, id)
      if (!node) {
        if (!known.has(id)) known.set(id, NOTHING)
        pending.pop()
      } else if (entered.has(id)) {
        known.set(id, combine(node, sources.get(id) ?? NO_SOURCES))
        sources.delete(id)
        pending.pop()
      } else {
        entered.add(id)
        const found = sourcesOf(node)
        sources.set(id, found)
        // a cycle ends here; not all at once: a node may have more links than a call takes arguments
        for (const from of found.all) if (!entered.has(from)) pending.push(from)
      }
    }
    return known.get(start) ?? NOTHING
  }

  function combine(node: WorkflowNode, { all, model: loader, picture }: Sources): NodeWork {
    const of = (id: string | null): NodeWork => (id === null ? null : known.get(id)) ?? NOTHING
    const first = <K extends keyof NodeWork>(what: K): NodeWork[K] | null => {
      for (const id of all) if (of(id)[what] !== null) return of(id)[what]
      return null
    }
    const own = ownModel(node)
    const model = of(loader).model ?? own ?? first('model')
    const before = () => of(picture).megapixels ?? first('megapixels')
    return { model, megapixels: sizeOf(node, toNumber, before), loads: own !== null }
  }

  return (id) => known.get(id) ?? walk(id)
}

interface Sources {
  all: string[]
  /** Where its input `model` comes from. */
  model: string | null
  /** Where what it works on comes from. */
  picture: string | null
}

const NO_SOURCES: Sources = { all: [], model: null, picture: null }
const PICTURES = new Set(['latent_image', 'latent', 'samples', 'image', 'images', 'pixels'])

function sourcesOf({ inputs }: WorkflowNode): Sources {
  const all: string[] = []
  let model: string | null = null
  let picture: string | null = null
  for (const [name, value] of Object.entries(inputs)) {
    const link = toLink(value)
    if (!link) continue
    all.push(link.from)
    if (name === 'model') model = link.from
    if (PICTURES.has(name)) picture ??= link.from
  }
  return { all, model, picture }
}

function ownModel({ inputs }: WorkflowNode): string | null {
  for (const [name, value] of Object.entries(inputs)) {
    if (namesModelFile(name, value)) return value
  }
  return null
}

function sizeOf(
  { inputs }: WorkflowNode,
  toNumber: (value: unknown) => number | null,
  inherited: () => number | null,
): number | null {
  const [width, height] = [toNumber(inputs['width']), toNumber(inputs['height'])]
  if (width !== null && height !== null && width > 0 && height > 0) {
    return bound(
      COUNTS.reduce((all, name) => all * countOf(toNumber(inputs[name])), width * height) / 1e6,
    )
  }
  const before = inherited()
  const by = toNumber(inputs['scale_by'])
  return before === null || by === null || by <= 0 ? before : bound(before * by * by)
}

const countOf = (count: number | null) => (count === null || count < 1 ? 1 : count)

/** Whatever was written: from a few pixels to a long film. */
const bound = (megapixels: number) => Math.min(1e7, Math.max(1e-5, megapixels)) || 1e-5
