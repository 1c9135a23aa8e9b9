/** Values turned into what a widget wants, the way Python's int(), float(), str() and bool() would. */
import { PythonError } from '../python-error.ts'
import { toPythonJson } from '../python-json.ts'
import { PythonNumber } from '../read-python-json.ts'

export function coerce(type: string | readonly string[], value: unknown): unknown {
  switch (type) {
    case 'INT':
      return toInt(value)
    case 'FLOAT':
      return toFloat(value)
    case 'STRING':
      return typeof value === 'string' ? value : printed(value)
    case 'BOOLEAN':
      return isTruthy(value)
    default:
      return value
  }
}

function toInt(value: unknown): number | PythonNumber {
  if (value instanceof PythonNumber) return value.isWhole ? toWhole(value.text) : toInt(+value)
  if (typeof value === 'number') return Math.trunc(value)
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string')
    throw wrongType('int()', 'a string, a bytes-like object or a real number', value)
  if (!/^\s*[+-]?\d+\s*$/.test(value)) {
    throw new PythonError('ValueError', `invalid literal for int() with base 10: '${value}'`)
  }
  return toWhole(value)
}

/** Every digit of it. */
function toWhole(text: string): number | PythonNumber {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : new PythonNumber(String(BigInt(text)))
}

function toFloat(value: unknown): number {
  if (value instanceof PythonNumber) return Number(value.text)
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string') throw wrongType('float()', 'a string or a real number', value)
  const parsed = value.trim() === '' ? Number.NaN : Number(value)
  if (Number.isNaN(parsed)) {
    throw new PythonError('ValueError', `could not convert string to float: '${value}'`)
  }
  return parsed
}

function wrongType(call: string, wanted: string, value: unknown): PythonError {
  const given = value === null ? 'NoneType' : Array.isArray(value) ? 'list' : 'dict'
  return new PythonError('TypeError', `${call} argument must be ${wanted}, not '${given}'`)
}

/** Any string that is not empty is true, "false" included. */
function isTruthy(value: unknown): boolean {
  if (value instanceof PythonNumber) return Number(value.text) !== 0
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

export function printed(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'string' ? value : toPythonJson(value)
}

/** Python's repr of a list of names. */
export function printedList(values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(', ')}]`
}
