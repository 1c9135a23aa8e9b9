/** Everything a deployment is used for, at a steady pace: jobs of all ends, files, watchers, second thoughts. Whatever is refused is counted. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { jobViewSchema, type SubmitRequest, type Workflow } from '@safelight/shared'
import { z } from 'zod'
import { ask, call } from '../chaos/send.ts'
import type { Random } from '../testing/random.ts'
import { textToImage } from '../testing/client.ts'
import { previewing, raising, slow } from '../testing/workflows.ts'

export interface Load {
  /** Accepted so far. */
  accepted(): number
  /** Answers that were no success, by what was asked and what came. */
  readonly refused: ReadonlyMap<string, number>
  /** Runs until the signal aborts and the last answer is in. */
  readonly done: Promise<void>
}

export interface LoadOptions {
  urls: readonly string[]
  random: Random
  everyMs: number
  /** The latest accepted, oldest first: for watchers. Those of `previewed` have something to show. */
  latest: string[]
  previewed: string[]
  /** Waits while so many have not ended: what waits for ever longer grows, and is nobody's fault. */
  mostOpen: number
  open: () => number
  /** The pool of the guest that is there. */
  guestPool: () => string | null
  signal: AbortSignal
}

const OWNERS = ['ada', 'bela', 'cleo'] as const
export const POOL = 'fast'
const LATEST = 15
const ASSETS = 8

interface Sending {
  body: SubmitRequest
  headers?: Record<string, string>
  /** What follows an acceptance. */
  afterwards?: (url: string, jobId: string) => Promise<void>
}

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)
const assetSchema = z.object({ id: z.string() })
const deadSchema = z.object({ jobs: z.array(z.object({ id: z.string() })) })

export function startLoad(options: LoadOptions): Load {
  const { urls, random, latest, previewed, signal } = options
  const refused = new Map<string, number>()
  const following = new Set<Promise<void>>()
  const assets: string[] = []
  let count = 0

  function note(what: string, answer: Response | null): void {
    const name = `${what}: ${answer?.status ?? 'no answer'}`
    refused.set(name, (refused.get(name) ?? 0) + 1)
  }

  /** The body is always read: one that is not keeps its connection. */
  async function read(what: string, url: string, request: RequestInit = {}): Promise<unknown> {
    const answer = await ask(url, request)
    if (!answer?.ok) note(what, answer)
    const bytes = await answer?.arrayBuffer().catch(() => null)
    if (!answer?.ok || !bytes || !answer.headers.get('content-type')?.includes('json')) return null
    return JSON.parse(Buffer.from(bytes).toString()) as unknown
  }

  async function post(what: string, url: string, body?: unknown): Promise<void> {
    const answer = await call('POST', url, body)
    if (!answer?.ok) note(what, answer)
    await answer?.arrayBuffer().catch(() => null)
  }

  async function cancel(url: string, jobId: string): Promise<void> {
    await delay(random.below(1_500))
    await post('cancel', `${url}/api/v2/jobs/${jobId}/cancel`)
  }

  async function reorder(url: string, jobId: string): Promise<void> {
    await delay(random.below(500))
    const answer = await call('PATCH', `${url}/api/v2/jobs/${jobId}`, { priority: random.below(9) })
    await answer?.arrayBuffer().catch(() => null)
  }

  /** The end is waited for, and its pictures fetched, whole and small. */
  async function fetchOutputs(url: string, jobId: string): Promise<void> {
    await delay(4_000)
    const view = jobViewSchema.safeParse(await read('job', `${url}/api/v2/jobs/${jobId}`))
    for (const { id } of view.data?.outputs ?? []) {
      await read('content', `${url}/api/v2/assets/${id}/content`)
      await read('thumbnail', `${url}/api/v2/assets/${id}/content?thumbnail=128`)
    }
  }

  function choose(n: number): Sending {
    const color = 1 + (n % 0xffffff)
    const quick = () => slow({ color, steps: 5 + random.below(10), seconds: 0.5 })
    const assetId = assets.length > 0 ? random.pick(assets) : null
    switch (random.below(19)) {
      case 0:
        return { body: { workflow: raising('value_error', color) } }
      case 1:
        return { body: { workflow: raising('oom', color) } }
      case 2:
      case 3:
        return { body: { workflow: slow({ color, steps: 60 }) }, afterwards: cancel }
      case 4:
        return {
          body: { workflow: previewing({ frames: 30, size: 128, text: `${n}` }) },
          afterwards: async (_, jobId) => keepLatest(previewed, jobId),
        }
      case 5:
      case 6:
        return { body: { workflow: assetId ? fromFile(assetId, color) : quick() } }
      case 7:
        return { body: { workflow: quick(), pool: POOL, priority: random.below(9) } }
      case 8:
        return { body: { workflow: quick(), priority: random.below(9) }, afterwards: reorder }
      case 9:
        return again({ workflow: quick() })
      case 10:
        return {
          body: { workflow: quick(), extra_data: { api_key_comfy_org: `key-${n}` } },
          afterwards: fetchOutputs,
        }
      case 11:
        // longer than it may take
        return { body: { workflow: slow({ color, steps: 200, seconds: 2 }), timeout_s: 1 } }
      case 12:
        return { body: { workflow: quick(), owner: `newcomer-${n}` } }
      case 13: {
        // its only host may be gone by then
        const pool = options.guestPool()
        return { body: { workflow: quick(), ...(pool && { pool }), start_deadline_s: 20 } }
      }
      default:
        return {
          body: { workflow: textToImage(n, 8 + random.below(12)) },
          afterwards: fetchOutputs,
        }
    }
  }

  /** Sent twice under the same key, which gives the same job. */
  function again(body: SubmitRequest): Sending {
    const headers = { 'idempotency-key': randomUUID(), 'idempotency-mode': 'replay' }
    const owned = { owner: 'ada', ...body }
    return {
      body: owned,
      headers,
      afterwards: async (url) => void (await submit(url, { body: owned, headers })),
    }
  }

  async function submit(url: string, { body, headers }: Sending): Promise<string | null> {
    const view = jobViewSchema.safeParse(
      await read('submit', `${url}/api/v2/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    )
    return view.success ? view.data.id : null
  }

  async function act(n: number): Promise<void> {
    const url = random.pick(urls)
    if (n % 3 === 0) await upload(url, n)
    if (n % 10 === 0) await read('list', `${url}/api/v2/jobs?limit=20`)
    if (n % 30 === 0) await replayOne(url)
    if (options.open() > options.mostOpen) return
    const sending = choose(n)
    const owner = random.pick(OWNERS)
    const jobId = await submit(url, { ...sending, body: { owner, ...sending.body } })
    if (jobId === null) return
    count += 1
    keepLatest(latest, jobId)
    await sending.afterwards?.(random.pick(urls), jobId)
  }

  async function upload(url: string, n: number): Promise<void> {
    const form = new FormData()
    form.set('content_type', 'image/png')
    form.set('file_path', 'pixel.png')
    form.set('file', new Blob([PIXEL, Buffer.from(n % 2 === 0 ? `${n}` : 'same')]), 'pixel.png')
    const headers = { 'idempotency-key': randomUUID() }
    const sent = { method: 'POST', body: form, headers }
    const made = assetSchema.safeParse(await read('upload', `${url}/api/v2/assets`, sent))
    if (!made.success) return
    assets.push(made.data.id)
    if (assets.length <= ASSETS) return
    const gone = assets.shift() ?? ''
    // the others are left to their time
    if (n % 4 === 0) await read('delete', `${url}/api/v2/assets/${gone}`, { method: 'DELETE' })
  }

  async function replayOne(url: string): Promise<void> {
    const list = deadSchema.safeParse(await read('dead letters', `${url}/api/v2/dead-letters`))
    const [dead] = list.data?.jobs ?? []
    if (dead) await post('replay', `${url}/api/v2/dead-letters/${dead.id}/replay`)
  }

  async function run(): Promise<void> {
    for (let n = 0; !signal.aborted; n += 1) {
      const one: Promise<void> = act(n).finally(() => following.delete(one))
      following.add(one)
      await delay(options.everyMs, undefined, { signal }).catch(() => undefined)
    }
    await Promise.all(following)
  }

  return { accepted: () => count, refused, done: run() }
}

function keepLatest(latest: string[], jobId: string): void {
  latest.push(jobId)
  if (latest.length > LATEST) latest.shift()
}

function fromFile(assetId: string, color: number): Workflow {
  const image = { __type: 'core/ASSET', info: { id: assetId } }
  return {
    ...slow({ color, steps: 5, seconds: 0.5 }),
    '4': { class_type: 'LoadImage', inputs: { image } },
    '5': { class_type: 'ImageInvert', inputs: { image: ['4', 0] } },
    '6': { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'file' } },
  }
}
