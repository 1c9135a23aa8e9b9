/** What every blob store does, as cases that a store's own test file runs with a way to open one. */
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { BlobStore, ByteRange } from '../blobs/blob-store.ts'
import { endless, failing, MB, random, text } from './bodies.ts'

export interface BlobStoreRig {
  blobs: BlobStore
  /** Everything that lies there, parts of broken writes included; an entry each. */
  list: () => Promise<string[]>
  /** What a writer leaves behind that was killed in the middle. */
  breakWrite: () => Promise<void>
}

/** `urls`: it hands out URLs. `rights`: they need their signature. The others are what a service made for tests may lack. */
export type Trait = 'urls' | 'rights' | 'single first byte' | 'list of uploads'

export interface ContractCase {
  name: string
  /** Only for stores that are so. */
  needs?: Trait
  run: (rig: BlobStoreRig) => Promise<void>
}

export function contractFor(traits: readonly Trait[]): ContractCase[] {
  return CASES.filter(({ needs }) => needs === undefined || traits.includes(needs))
}

const LATER_MS = 3_600_000
const KEY = 'ab/abcdef'

const SIZES = { nothing: 0, 'a byte': 1, '20 MB': 20 * MB }
const ENDS = { 'at once': 0, 'after a few bytes': 10, 'after several parts': 18 * MB }
const SAID = { contentType: 'image/png', disposition: 'inline; filename="a b.png"' }

const CASES: ContractCase[] = [
  ...Object.entries(SIZES).map(([what, size]) => ({
    name: `gives back ${what} as it was`,
    run: ({ blobs }: BlobStoreRig) => givesBack(blobs, size),
  })),
  {
    name: 'gives parts, with the size of the whole',
    async run({ blobs }) {
      await blobs.write(KEY, text('0123456789'))
      expect(await read(blobs, { start: 2, end: 4 })).toEqual({ text: '234', size: 10 })
      expect(await read(blobs, { start: 9, end: 9 })).toEqual({ text: '9', size: 10 })
      await blobs.remove(KEY)
    },
  },
  {
    name: 'gives the first byte alone',
    needs: 'single first byte',
    async run({ blobs }) {
      await blobs.write(KEY, text('0123456789'))
      expect(await read(blobs, { start: 0, end: 0 })).toEqual({ text: '0', size: 10 })
      await blobs.remove(KEY)
    },
  },
  {
    name: 'has nothing where nothing was written or it was removed, however often',
    async run({ blobs, list }) {
      expect(await blobs.read(KEY)).toBeNull()
      await blobs.remove(KEY)
      await blobs.write(KEY, text('short'))
      await blobs.remove(KEY)
      await blobs.remove(KEY)
      expect(await blobs.read(KEY)).toBeNull()
      expect(await blobs.read(KEY, { range: { start: 0, end: 1 } })).toBeNull()
      expect(await list()).toEqual([])
    },
  },
  {
    name: 'keeps nothing of a large file that was removed',
    async run({ blobs, list }) {
      await blobs.write(KEY, random(17 * MB))
      expect(await list()).not.toEqual([])
      await blobs.remove(KEY)
      expect(await list()).toEqual([])
    },
  },
  ...Object.entries(ENDS).map(([when, size]) => ({
    name: `keeps nothing of a body that fails ${when}, and says what it said`,
    run: (rig: BlobStoreRig) => failsCleanly(rig, size),
  })),
  ...Object.entries(ENDS).map(([when, size]) => ({
    name: `keeps nothing of a write that is called off ${when}, and lets go of its sender`,
    run: (rig: BlobStoreRig) => stopsCleanly(rig, size),
  })),
  {
    name: 'begins nothing that was called off before',
    async run({ blobs, list }) {
      const signal = AbortSignal.abort()
      await expect(blobs.write(KEY, text('late'), { signal })).rejects.toThrow(/abort/i)
      await expect(blobs.read(KEY, { signal })).rejects.toThrow(/abort/i)
      expect(await list()).toEqual([])
    },
  },
  {
    name: 'stops giving when it is called off',
    async run({ blobs }) {
      await blobs.write(KEY, random(9 * MB))
      const calledOff = new AbortController()
      const found = await blobs.read(KEY, { signal: calledOff.signal })
      const reading = (async () => {
        for await (const _ of found?.body ?? []) calledOff.abort()
      })()
      await expect(reading).rejects.toThrow(/abort/i)
      await blobs.remove(KEY)
    },
  },
  {
    name: 'sweeps what dead writers have left, and nothing that may still be written',
    needs: 'list of uploads',
    async run({ blobs, list, breakWrite }) {
      const begun = Date.now()
      await breakWrite()
      expect(await blobs.sweep(begun - LATER_MS)).toBe(0)
      expect(await list()).not.toEqual([])
      expect(await blobs.sweep(begun + LATER_MS)).toBe(1)
      expect(await list()).toEqual([])
      expect(await blobs.sweep(begun + LATER_MS)).toBe(0)
    },
  },
  {
    name: 'takes many at once',
    async run({ blobs, list }) {
      const keys = Array.from({ length: 8 }, (_, index) => `ab/${index}`)
      await Promise.all(keys.map((key) => blobs.write(key, text(`this is ${key}`))))
      const found = await Promise.all(keys.map((key) => read({ read: () => blobs.read(key) })))
      expect(found.map((one) => one?.text)).toEqual(keys.map((key) => `this is ${key}`))
      await Promise.all(keys.map((key) => blobs.remove(key)))
      expect(await list()).toEqual([])
    },
  },
  {
    name: 'hands out URLs that open for a while, as what they are said to be',
    needs: 'urls',
    async run({ blobs }) {
      await blobs.write(KEY, text('hello'), { contentType: 'text/plain' })
      const answer = await fetch((await blobs.presign(KEY, { seconds: 600, ...SAID })) ?? '')
      expect(await answer.text()).toBe('hello')
      expect(answer.headers.get('content-type')).toBe(SAID.contentType)
      expect(answer.headers.get('content-disposition')).toBe(SAID.disposition)
      const soonOver = (await blobs.presign(KEY, { seconds: 1, ...SAID })) ?? ''
      await expect.poll(() => isOpen(soonOver)).toBe(false)
      await blobs.remove(KEY)
    },
  },
  {
    name: 'opens nothing without a signature',
    needs: 'rights',
    async run({ blobs }) {
      await blobs.write(KEY, text('hello'))
      const url = (await blobs.presign(KEY, { seconds: 600, ...SAID })) ?? ''
      expect(await isOpen(url)).toBe(true)
      expect(await isOpen(url.replace(/\?.*/, ''))).toBe(false)
      await blobs.remove(KEY)
    },
  },
]

async function givesBack(blobs: BlobStore, size: number): Promise<void> {
  const sent = createHash('sha256')
  await blobs.write(KEY, random(size, sent))
  const got = createHash('sha256')
  let bytes = 0
  const found = await blobs.read(KEY)
  expect(found?.size).toBe(size)
  for await (const chunk of found?.body ?? []) {
    got.update(chunk)
    bytes += chunk.length
  }
  expect(bytes).toBe(size)
  expect(got.digest('hex')).toBe(sent.digest('hex'))
  await blobs.remove(KEY)
}

async function failsCleanly({ blobs, list }: BlobStoreRig, size: number): Promise<void> {
  const trouble = new Error('the sender is gone')
  await expect(blobs.write(KEY, failing(random(size), trouble))).rejects.toBe(trouble)
  await leavesNothing({ blobs, list })
}

async function stopsCleanly({ blobs, list }: BlobStoreRig, size: number): Promise<void> {
  const calledOff = new AbortController()
  const body = endless(random(size), () => calledOff.abort())
  const { signal } = calledOff
  await expect(blobs.write(KEY, body.chunks, { signal })).rejects.toThrow(/abort/i)
  await expect.poll(() => body.isOver()).toBe(true)
  await leavesNothing({ blobs, list })
}

async function leavesNothing({ blobs, list }: Pick<BlobStoreRig, 'blobs' | 'list'>) {
  expect(await blobs.read(KEY)).toBeNull()
  await blobs.sweep(Date.now() + LATER_MS)
  expect(await list()).toEqual([])
}

async function isOpen(url: string): Promise<boolean> {
  const { ok, body } = await fetch(url)
  await body?.cancel()
  return ok
}

async function read(blobs: Pick<BlobStore, 'read'>, range?: ByteRange) {
  const found = await blobs.read(KEY, range ? { range } : {})
  if (!found) return null
  const chunks: Buffer[] = []
  for await (const chunk of found.body) chunks.push(chunk)
  return { text: Buffer.concat(chunks).toString(), size: found.size }
}
