/** `--input NODE.INPUT=VALUE`: values of the kind that stands there, files and assets. Pure. */
import { isJsonObject, parseExact, toNearestNumber, type Workflow } from '@safelight/shared'
import { UsageError } from '../errors.ts'
import { type InputPlace, toPlaced } from './find-place.ts'

export type TypedValue =
  | { kind: 'value'; value: unknown }
  /** A file if the input takes files, a text otherwise. */
  | { kind: 'text'; text: string }
  | { kind: 'file'; path: string }
  | { kind: 'asset'; assetId: string }

export interface TypedInput {
  /** As it was typed, for what is said of it. */
  setting: string
  place: InputPlace
  typed: TypedValue
}

/** @param settings as typed. @throws UsageError that says what there is, or which kind of value it takes */
export function readInputs(workflow: Workflow, settings: readonly string[]): TypedInput[] {
  return settings.map((setting) => {
    const { place, text } = toPlaced(workflow, setting, '--input')
    const before = workflow[place.nodeId]?.inputs[place.input]
    return { setting, place, typed: toTyped(setting, text, before) }
  })
}

const ASSET = 'asset:'

function toTyped(setting: string, text: string, before: unknown): TypedValue {
  if (text.startsWith('@')) return { kind: 'file', path: text.slice(1) }
  if (text.startsWith(ASSET)) return { kind: 'asset', assetId: text.slice(ASSET.length) }
  if (toNearestNumber(before) !== null) {
    const value = toJson(text)
    if (toNearestNumber(value) !== null) return { kind: 'value', value }
    throw new UsageError(`--input ${setting}: a number stands there, and '${text}' is none`)
  }
  if (typeof before === 'boolean') {
    if (text === 'true' || text === 'false') return { kind: 'value', value: text === 'true' }
    throw new UsageError(`--input ${setting}: it is true or false, not '${text}'`)
  }
  // a server fetches what such an address leads to, if it stands where a file belongs
  if (/^https?:\/\//.test(text)) return { kind: 'value', value: text }
  // what stands there may be an asset already
  if (typeof before === 'string' || isJsonObject(before)) return { kind: 'text', text }
  return { kind: 'value', value: toJson(text) }
}

/** What it says as JSON, with every digit; a text when it is none. */
function toJson(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    return text
  }
}
