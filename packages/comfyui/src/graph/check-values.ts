/**
 * A literal value against what its input is declared to take, as ComfyUI would judge it. Only what it is certain to
 * refuse is a problem: Python's own conversions are lenient, and so is whatever we cannot know.
 */
import { cutText, isReference, LINE_MAX } from '@safelight/shared'
import type { NodeInput, NodeInputValue } from '../client/types.ts'
import type { GraphProblem } from './check-nodes.ts'
import { unwrap } from './links.ts'

/** Longer lists are not sent back. */
const MOST_LISTED = 20

export interface DeclaredValue {
  name: string
  input: NodeInput
  value: unknown
  /** The class is ComfyUI's own: it has no check of its own in place of the range's. */
  own: boolean
}

export function checkValue(declared: DeclaredValue): GraphProblem | null {
  const { name, input, own } = declared
  const { value } = unwrap(declared.value)
  // an asset is staged in its place
  if (isReference(value)) return null
  const reason = conversionFault(input, value)
  if (reason !== null) {
    return problem('invalid_input_type', declared, {
      message: `Failed to convert an input value to a ${input.type} value`,
      details: `${name}, ${printed(value)}, ${reason}`,
      value,
      extra: { exception_message: reason },
    })
  }
  if (!own) return notInList(declared, value)
  return outOfRange(declared, value) ?? notInList(declared, value) ?? noFile(declared, value)
}

/** What is uploaded is looked for by its name: what is none is certainly not there. */
function noFile(declared: DeclaredValue, value: unknown): GraphProblem | null {
  const { name, input } = declared
  const { media, multiselect, required } = input
  if (media === undefined || media === 'file' || multiselect === true) return null
  const isMaybe = typeof value === 'string' || Array.isArray(value)
  if (isMaybe || (value === null && !required)) return null
  return problem('custom_validation_failed', declared, {
    message: 'Custom validation failed for node',
    details: `${name} - Invalid ${media} file: ${printed(value)}`,
    value,
  })
}

/** In Python's words; null when int() or float() takes it, or nobody knows. */
function conversionFault({ type, required }: NodeInput, value: unknown): string | null {
  if (type !== 'INT' && type !== 'FLOAT') return null
  if (typeof value === 'number' || typeof value === 'boolean') return null
  const call = type === 'INT' ? 'int()' : 'float()'
  if (typeof value === 'string') {
    if ((type === 'INT' ? INT_TEXT : FLOAT_TEXT).test(value)) return null
    return type === 'INT'
      ? `invalid literal for int() with base 10: '${cutText(value, LINE_MAX)}'`
      : `could not convert string to float: '${cutText(value, LINE_MAX)}'`
  }
  // what stands for "nothing" may be so taken one day
  if (value === null && !required) return null
  const wanted =
    type === 'INT' ? 'a string, a bytes-like object or a real number' : 'a string or a real number'
  const given = value === null ? 'NoneType' : Array.isArray(value) ? 'list' : 'dict'
  return `${call} argument must be ${wanted}, not '${given}'`
}

/** What Python strips is more than what JavaScript calls a space. */
const SPACE = String.raw`[\s\x1c-\x1f\x85]*`
const DIGITS = String.raw`\p{Nd}+(?:_\p{Nd}+)*`
const INT_TEXT = new RegExp(`^${SPACE}[+-]?${DIGITS}${SPACE}$`, 'u')
const FLOAT_TEXT = new RegExp(
  `^${SPACE}[+-]?(?:(?:${DIGITS}\\.?(?:${DIGITS})?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN])${SPACE}$`,
  'u',
)

function outOfRange(declared: DeclaredValue, given: unknown): GraphProblem | null {
  const { name, input } = declared
  const value = toNumber(input.type, given)
  if (value === null) return null
  // rounding keeps the order: a number that JavaScript finds smaller is smaller
  if (input.min !== undefined && value < input.min) {
    const message = `Value ${value} smaller than min of ${input.min}`
    return problem('value_smaller_than_min', declared, { message, details: name, value })
  }
  if (input.max !== undefined && value > input.max) {
    const message = `Value ${value} bigger than max of ${input.max}`
    return problem('value_bigger_than_max', declared, { message, details: name, value })
  }
  return null
}

/** As it is compared: null for what is no number, or not plainly one. */
function toNumber(type: string, value: unknown): number | null {
  if (type !== 'INT' && type !== 'FLOAT') return null
  const number = typeof value === 'string' ? readNumber(value) : Number(value)
  if (Number.isNaN(number)) return null
  return type === 'INT' ? Math.trunc(number) : number
}

/** Of a text that Python takes; NaN for digits that JavaScript does not know. */
function readNumber(text: string): number {
  const plainText = text.trim().replaceAll('_', '')
  const infinite = /^([+-]?)inf/i.exec(plainText)
  return infinite ? Number(`${infinite[1]}Infinity`) : Number(plainText || Number.NaN)
}

function notInList(declared: DeclaredValue, value: unknown): GraphProblem | null {
  const { name, input } = declared
  const { values, strict, multiselect } = input
  if (!values || strict !== true || multiselect === true || Array.isArray(value)) return null
  if (values.some((listed) => isSame(listed, value))) return null
  const listed =
    values.length > MOST_LISTED ? `(list of length ${values.length})` : printedList(values)
  return problem('value_not_in_list', declared, {
    message: 'Value not in list',
    details: `${name}: '${printed(value)}' not in ${listed}`,
    value,
  })
}

/** For Python `True` is 1. */
function isSame(listed: NodeInputValue, value: unknown): boolean {
  return plain(listed) === plain(value)
}

function plain(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value
}

interface ProblemFacts {
  message: string
  details: string
  value: unknown
  extra?: Record<string, unknown>
}

function problem(
  type: string,
  { name, input }: DeclaredValue,
  { message, details, value, extra = {} }: ProblemFacts,
): GraphProblem {
  const config = toConfig(input)
  const extra_info = { input_name: name, input_config: config, received_value: value, ...extra }
  return { type, message, details, extra_info }
}

/** As /object_info declares it, as far as it matters. */
export function toConfig({ type, values, min, max }: NodeInput): unknown[] | null {
  if (values && values.length > MOST_LISTED) return null
  return [values ?? type, { ...(min !== undefined && { min }), ...(max !== undefined && { max }) }]
}

function printed(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return cutText(typeof value === 'string' ? value : JSON.stringify(value), LINE_MAX)
}

function printedList(values: readonly NodeInputValue[]): string {
  const texts = values.map((value) => (typeof value === 'string' ? `'${value}'` : printed(value)))
  return `[${texts.join(', ')}]`
}
