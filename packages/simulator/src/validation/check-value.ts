/** One widget value against its declaration: type, range, list of choices. */
import { messageOf } from '../python-error.ts'
import { PythonNumber } from '../read-python-json.ts'
import { isRecord, type Json } from '../record.ts'
import { coerce, printed, printedList } from './coerce.ts'
import type { Reason } from './node-errors.ts'

/** Longer lists are not sent back. */
const MAX_LISTED = 20

export interface ValueCheck {
  readonly name: string
  readonly type: string | readonly string[]
  readonly options: Readonly<Json>
  readonly value: unknown
  /** The class checks this input itself. */
  readonly skipsRange: boolean
}

export type CheckedValue = { readonly value: unknown } | { readonly reason: Reason }

export function checkValue(check: ValueCheck): CheckedValue {
  const given =
    isRecord(check.value) && '__value__' in check.value ? check.value['__value__'] : check.value
  const extra = {
    input_name: check.name,
    input_config: [check.type, check.options],
    received_value: given,
  }
  try {
    const value = coerce(check.type, given)
    const reason = check.skipsRange ? null : outOfBounds({ ...check, value }, extra)
    return reason ? { reason } : { value }
  } catch (error) {
    return {
      reason: {
        type: 'invalid_input_type',
        message: `Failed to convert an input value to a ${String(check.type)} value`,
        details: `${check.name}, ${printed(given)}, ${messageOf(error)}`,
        extra_info: { ...extra, exception_message: messageOf(error) },
      },
    }
  }
}

/** As Python compares: whole numbers by every digit. 0 for what has no order. */
function compare(value: unknown, bound: unknown): number {
  if (!isNumber(value) || !isNumber(bound)) return 0
  const [a, b] = [toWhole(value), toWhole(bound)]
  if (a !== null && b !== null) return a < b ? -1 : Number(a > b)
  return Math.sign(Number(value) - Number(bound)) || 0
}

function isNumber(value: unknown): value is number | PythonNumber {
  return typeof value === 'number' || value instanceof PythonNumber
}

function toWhole(value: number | PythonNumber): bigint | null {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : null
  return value.isWhole ? BigInt(value.text) : null
}

function outOfBounds({ name, type, options, value }: ValueCheck, extra: Json): Reason | null {
  const { min, max } = options
  const received = { ...extra, received_value: value }
  if (compare(value, min) < 0) {
    return {
      type: 'value_smaller_than_min',
      message: `Value ${printed(value)} smaller than min of ${printed(min)}`,
      details: name,
      extra_info: received,
    }
  }
  if (compare(value, max) > 0) {
    return {
      type: 'value_bigger_than_max',
      message: `Value ${printed(value)} bigger than max of ${printed(max)}`,
      details: name,
      extra_info: received,
    }
  }
  if (typeof type === 'string' || type.some((choice) => choice === value)) return null
  const isLong = type.length > MAX_LISTED
  const listed = isLong ? `(list of length ${type.length})` : printedList(type)
  return {
    type: 'value_not_in_list',
    message: 'Value not in list',
    details: `${name}: '${printed(value)}' not in ${listed}`,
    extra_info: isLong ? { ...received, input_config: null } : received,
  }
}
