/** JSON the way Python writes it: NaN and Infinity stay bare words, which JSON.parse refuses. */

import { PythonNumber } from './read-python-json.ts'

/** From here on Python writes an exponent. */
const LARGE_EXPONENT = 16
const SMALL_EXPONENT = -4

/** Python's repr of a float. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const [digits = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= LARGE_EXPONENT || exponent < SMALL_EXPONENT) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}

export function toPythonJson(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return writeNumber(value)
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'object':
      if (value instanceof PythonNumber) return value.text
      return value === null ? 'null' : writeObject(value)
    default:
      return 'null'
  }
}

function writeNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Infinity) return 'Infinity'
  if (value === -Infinity) return '-Infinity'
  return String(value)
}

function writeObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(toPythonJson).join(', ')}]`
  const parts: string[] = []
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) parts.push(`${JSON.stringify(key)}: ${toPythonJson(item)}`)
  }
  return `{${parts.join(', ')}}`
}
