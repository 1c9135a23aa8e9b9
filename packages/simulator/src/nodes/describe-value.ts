/** A value as Python would print it in an error report or a text preview. */
import { pythonFloat } from '../python-json.ts'
import { PythonNumber } from '../read-python-json.ts'
import { isRecord } from '../record.ts'
import { isValue } from './values.ts'

export function describeValue(value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return value
  return describeText(value)
}

export function describeText(value: unknown): string {
  if (value instanceof PythonNumber) {
    return value.isWhole ? String(BigInt(value.text)) : pythonFloat(Number(value.text))
  }
  // JavaScript writes no whole number so large: it was a float
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return pythonFloat(value)
  if (isValue(value, 'image')) {
    const [first] = value.pictures
    const shape = [value.pictures.length, first?.height ?? 0, first?.width ?? 0, 3]
    return `tensor(${'['.repeat(4)}...${']'.repeat(4)}, size=(${shape.join(', ')}))`
  }
  if (typeof value === 'string') return value
  if (isRecord(value) && typeof value['kind'] === 'string') return `<${value['kind']} object>`
  return JSON.stringify(value) ?? 'None'
}
