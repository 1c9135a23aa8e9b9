/** JSON the way Python writes it: NaN and Infinity stay bare words, which JSON.parse refuses. */

export function toPythonJson(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return writeNumber(value)
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'object':
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
