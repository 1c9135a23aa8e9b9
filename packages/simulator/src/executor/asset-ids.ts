/** Newer servers register each file that a node lists, and give it ids: new ones whenever it is listed again. */
import { randomUUID } from 'node:crypto'
import { isRecord, type Json } from '../record.ts'

export function withAssetIds(output: Readonly<Json>, hasAssets: boolean): Readonly<Json> {
  if (!hasAssets) return output
  return Object.fromEntries(
    Object.entries(output).map(([kind, items]) => [
      kind,
      Array.isArray(items) ? items.map(registered) : items,
    ]),
  )
}

function registered(item: unknown): unknown {
  const isFile = isRecord(item) && typeof item['filename'] === 'string'
  return isFile ? { ...item, id: randomUUID(), preview_id: randomUUID() } : item
}
