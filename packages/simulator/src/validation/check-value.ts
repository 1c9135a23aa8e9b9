/** One widget value against its declaration: type, range, list of choices. */
import { messageOf } from '../python-error.ts'
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

function outOfBounds({ name, type, options, value }: ValueCheck, extra: Json): Reason | null {
  const { min, max } = options
  const received = { ...extra, received_value: value }
  if (typeof value === 'number' && typeof min === 'number' && value < min) {
    return {
      type: 'value_smaller_than_min',
      message: `Value ${value} smaller than min of ${min}`,
      details: name,
      extra_info: received,
    }
  }
  if (typeof value === 'number' && typeof max === 'number' && value > max) {
    return {
      type: 'value_bigger_than_max',
      message: `Value ${value} bigger than max of ${max}`,
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
