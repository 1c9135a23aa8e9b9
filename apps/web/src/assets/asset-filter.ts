/** Which assets are shown, as an address says it. Pure. */
import type { AssetListOptions } from '@safelight/client'
import type { OutputType } from '@safelight/shared'

export const TYPE_CHIPS = [
  { key: 'image', label: 'Pictures' },
  { key: 'video', label: 'Films' },
  { key: 'audio', label: 'Sounds' },
  { key: 'text', label: 'Texts' },
  { key: 'file', label: 'Files' },
] as const satisfies readonly { key: OutputType; label: string }[]
export type TypeKey = (typeof TYPE_CHIPS)[number]['key']

export const AGES = [
  { key: 'day', label: 'Last 24 hours', days: 1 },
  { key: 'week', label: 'Last 7 days', days: 7 },
  { key: 'month', label: 'Last 30 days', days: 30 },
] as const
export type AgeKey = (typeof AGES)[number]['key']

/** Null: any. */
export interface AssetFilter {
  type: TypeKey | null
  age: AgeKey | null
  name: string
  job: string | null
}

export const ANY_ASSET: AssetFilter = { type: null, age: null, name: '', job: null }
const NAME_MAX = 100

export function readFilter(search: string): AssetFilter {
  const query = new URLSearchParams(search)
  const type = TYPE_CHIPS.find(({ key }) => key === query.get('type'))?.key ?? null
  const age = AGES.find(({ key }) => key === query.get('age'))?.key ?? null
  const name = (query.get('name') ?? '').slice(0, NAME_MAX)
  return { type, age, name, job: query.get('job') || null }
}

/** @returns what follows the path, with its `?`; nothing for all assets */
export function toFilterSearch({ type, age, name, job }: AssetFilter): string {
  const query = new URLSearchParams()
  if (type) query.set('type', type)
  if (age) query.set('age', age)
  if (name.trim()) query.set('name', name.trim())
  if (job) query.set('job', job)
  const text = query.toString()
  return text && `?${text}`
}

const DAY_MS = 86_400_000

/** @param now ms since the epoch */
export function toAssetOptions(filter: AssetFilter, now: number): AssetListOptions {
  const { type, name, job } = filter
  const days = AGES.find(({ key }) => key === filter.age)?.days
  return {
    ...(type && { type }),
    ...(name.trim() && { name: name.trim() }),
    ...(job && { job }),
    ...(days && { since: new Date(now - days * DAY_MS) }),
  }
}
