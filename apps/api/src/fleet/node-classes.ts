/** The node classes that hosts know, merged over the fleet: what a form needs to offer what at least one host takes. */
import { type NodeClass, type NodeInput, toPosixName } from '@safelight/comfyui'
import {
  type InputValue,
  memberOf,
  type NodeClassQuery,
  type NodeClassView,
  type NodeInputView,
} from '@safelight/shared'
import { type KnownHost, ofPool } from '../jobs/fleet-knowledge.ts'
import { takePage } from './page.ts'

const VALUES_SHOWN = 5_000

export interface NodeClassesPage {
  classes: Record<string, NodeClassView>
  nextCursor: string | null
}

/** By name; in full where they are asked for by name. @throws ApiError when the cursor is not one of ours */
export function listNodeClasses(
  hosts: readonly KnownHost[],
  query: NodeClassQuery,
): NodeClassesPage {
  const serving = ofPool(hosts, query.pool ?? null)
  const names = new Set(serving.flatMap(({ classes }) => Object.keys(classes ?? {})))
  const wanted = query.class?.filter((name) => names.has(name))
  const page = takePage(wanted ? [...new Set(wanted)] : [...names], query)
  const views = page.names.flatMap((name) => {
    const view = toView(name, serving, { isFull: wanted !== undefined })
    return view ? [[name, view] as const] : []
  })
  return { classes: Object.fromEntries(views), nextCursor: page.nextCursor }
}

interface KnownClass {
  hostId: string
  known: NodeClass
  /** Input → the files that the host lists for it. */
  files: ReadonlyMap<string, { names: ReadonlySet<string> }>
}

function toView(
  name: string,
  hosts: readonly KnownHost[],
  { isFull }: { isFull: boolean },
): NodeClassView | null {
  const found = hosts.flatMap(({ hostId, classes, files }): KnownClass[] => {
    const known = classes && memberOf(classes, name)
    return known ? [{ hostId, known, files: files?.choices.get(name) ?? new Map() }] : []
  })
  const [first] = found
  if (!first) return null
  const said = found.find(({ known }) => known.inputs)?.known ?? first.known
  return {
    hosts: found.map(({ hostId }) => hostId).sort(),
    output_node: found.some(({ known }) => known.output),
    title: said.title ?? null,
    category: said.category ?? null,
    outputs: said.types?.map((type) => type ?? '*') ?? [],
    ...(isFull && { input: mergeInputs(found) }),
  }
}

function mergeInputs(found: readonly KnownClass[]): Record<string, NodeInputView> {
  const names = new Set(found.flatMap(({ known }) => Object.keys(known.inputs ?? {})))
  return Object.fromEntries([...names].map((name) => [name, mergeInput(name, found)]))
}

function mergeInput(name: string, found: readonly KnownClass[]): NodeInputView {
  const declared = found.flatMap(({ known: { inputs }, files }) => {
    const input = inputs && memberOf(inputs, name)
    const listed = files.get(name)?.names
    return input ? [{ ...input, values: listed ? [...listed].map(toPosixName) : input.values }] : []
  })
  const pick = <K extends keyof NodeInput>(key: K) =>
    declared.find((input) => input[key] !== undefined)?.[key]
  const numbers = (key: 'min' | 'max') => declared.flatMap((input) => input[key] ?? [])
  const isEverywhere = (key: 'min' | 'max') => numbers(key).length === declared.length
  const kind = pick('files')
  const media = pick('media')
  return withoutUnset({
    type: pick('type') ?? '*',
    // what one host does without is not required of a job that may run there
    required: declared.every((input) => input.required),
    ...(pick('type') === 'COMBO' && kind !== 'uploads' && toValues(declared)),
    kind,
    media,
    default: pick('default'),
    min: isEverywhere('min') ? Math.min(...numbers('min')) : undefined,
    max: isEverywhere('max') ? Math.max(...numbers('max')) : undefined,
    step: pick('step'),
    multiline: pick('multiline'),
    multiselect: pick('multiselect'),
  })
}

/** What no host says is left out. */
function withoutUnset(view: { [K in keyof NodeInputView]: NodeInputView[K] | undefined }) {
  const set = Object.entries(view).filter(([, value]) => value !== undefined)
  // nothing was added, and the two that must be there are
  return Object.fromEntries(set) as NodeInputView
}

function toValues(
  declared: readonly { values?: Iterable<InputValue> | undefined }[],
): Pick<NodeInputView, 'values' | 'more_values'> {
  const values = new Set<InputValue>()
  for (const list of new Set(declared.map((input) => input.values)))
    for (const value of list ?? []) values.add(value)
  const more = values.size - VALUES_SHOWN
  return {
    values: [...values].slice(0, VALUES_SHOWN),
    ...(more > 0 && { more_values: more }),
  }
}
