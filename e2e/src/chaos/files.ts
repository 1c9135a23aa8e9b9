/** Files of the load: uploaded, some of them the same bytes, minted by their hash, and deleted while jobs may need them. */
import { type AssetView, assetViewSchema } from '@safelight/shared'
import type { Random } from '../testing/random.ts'
import { ask } from './send.ts'

export interface Files {
  /** Assets that must be there, by id: hashes. Nobody has asked to delete them, or was told that it cannot be. */
  readonly kept: ReadonlyMap<string, string>
  /** Assets whose deletion was answered. */
  readonly deleted: ReadonlySet<string>
  /** Answers that nothing accounts for. */
  readonly strange: readonly string[]
  /** One that a workflow may refer to; it may be gone by then. Null while there is none. */
  pick(): string | null
  /** Uploads one, mints one or deletes one; whatever fails is not tried again. */
  act(): Promise<void>
}

/** A whole picture of one pixel; what follows its end is nobody's. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)
/** So few that many are the same bytes. */
const CONTENTS = 12
/** Among the latest: one that was just deleted is among them now and then. */
const LATEST = 6

export function createFiles(urls: readonly string[], random: Random): Files {
  const kept = new Map<string, string>()
  const deleted = new Set<string>()
  const strange: string[] = []
  /** Deletions that may have been done, or be done yet. */
  const asked = new Set<string>()
  const latest: string[] = []

  async function note(answer: Response | null): Promise<void> {
    const view = answer?.ok
      ? assetViewSchema.safeParse(await answer.json().catch(() => null))
      : null
    if (view?.success) keep(view.data)
  }

  function keep({ id, hash }: AssetView): void {
    if (hash === null) return
    // an identical reference is given again: it may be one that is about to go
    if (asked.has(id)) return
    kept.set(id, hash)
    latest.push(id)
    if (latest.length > LATEST) latest.shift()
  }

  async function upload(url: string): Promise<void> {
    const form = new FormData()
    form.set('content_type', 'image/png')
    form.set('file_path', 'pixel.png')
    const bytes = Buffer.concat([PIXEL, Buffer.from([random.below(CONTENTS)])])
    form.set('file', new Blob([bytes]), 'pixel.png')
    await note(await ask(`${url}/api/v2/assets`, { method: 'POST', body: form }))
  }

  async function mint(url: string): Promise<void> {
    const hash = random.pick([...kept.values()])
    const tags = [`tag-${random.below(100)}`]
    const answer = await ask(`${url}/api/v2/assets/from-hash`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ hash, tags }),
    })
    const isThere = [...kept.values()].includes(hash)
    if (answer?.status === 404 && isThere) strange.push(`${hash}: there, and not found by its hash`)
    await note(answer)
  }

  async function remove(url: string): Promise<void> {
    const [id, hash] = random.pick([...kept])
    kept.delete(id)
    asked.add(id)
    const answer = await ask(`${url}/api/v2/assets/${id}`, { method: 'DELETE' })
    if (answer?.status === 204) deleted.add(id)
    if (answer?.status === 404) strange.push(`${id}: not found, and nobody had deleted it`)
    if (answer?.status !== 409) return
    asked.delete(id)
    kept.set(id, hash)
  }

  return {
    kept,
    deleted,
    strange,
    pick: () => (latest.length > 0 ? random.pick(latest) : null),
    async act() {
      const url = random.pick(urls)
      const dice = random.below(10)
      if (kept.size < 3 || dice < 5) await upload(url)
      else if (dice < 7) await mint(url)
      else await remove(url)
    },
  }
}
