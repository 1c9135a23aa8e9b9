import { describe, expect, it } from 'vitest'
import { remember } from './remember.ts'

/** Reads are answered by hand. */
function open<T>(options: { maxAgeOf?: (value: T) => number } = {}) {
  let nowMs = 0
  const reads: { resolve: (value: T) => void; reject: (error: Error) => void }[] = []
  const read = () => new Promise<T>((resolve, reject) => void reads.push({ resolve, reject }))
  const remembered = remember(read, { clock: { steady: () => nowMs }, maxAgeMs: 100, ...options })
  return { ...remembered, reads, pass: (ms: number) => void (nowMs += ms) }
}

describe('what was read', () => {
  it('is the answer until it is too old, by when it was asked for', async () => {
    const { get, reads, pass } = open<number>()
    const first = get()
    pass(60)
    const second = get()
    expect(reads).toHaveLength(1)
    reads[0]?.resolve(1)
    expect(await Promise.all([first, second])).toEqual([1, 1])
    pass(39)
    expect(await get()).toBe(1)
    pass(1)
    const third = get()
    reads[1]?.resolve(2)
    expect(await third).toBe(2)
    expect(reads).toHaveLength(2)
  })

  it('is asked again at once when it failed', async () => {
    const { get, reads } = open<number>()
    const failed = get()
    reads[0]?.reject(new Error('away'))
    await expect(failed).rejects.toThrow('away')
    const again = get()
    reads[1]?.resolve(1)
    expect(await again).toBe(1)
  })

  it('is asked again sooner when it is not worth to be kept so long', async () => {
    const maxAgeOf = (value: number | null) => (value === null ? 10 : 1_000)
    const { get, reads, pass } = open<number | null>({ maxAgeOf })
    const nothing = get()
    reads[0]?.resolve(null)
    expect(await nothing).toBeNull()
    pass(9)
    expect(await get()).toBeNull()
    pass(1)
    const something = get()
    reads[1]?.resolve(1)
    expect(await something).toBe(1)
    pass(99)
    expect(await get()).toBe(1)
    expect(reads).toHaveLength(2)
  })

  it('can be asked for as it is now, and stays when an older read fails late', async () => {
    const { get, reads } = open<number>()
    const old = get()
    const fresh = get(0)
    reads[1]?.resolve(2)
    expect(await fresh).toBe(2)
    reads[0]?.reject(new Error('late'))
    await expect(old).rejects.toThrow('late')
    expect(await get()).toBe(2)
    expect(reads).toHaveLength(2)
  })
  it('is shared by all who ask for one that is younger, and remembered for those who take an older one', async () => {
    const { get, reads, pass } = open<number>()
    const old = get()
    reads[0]?.resolve(1)
    expect(await old).toBe(1)
    pass(20)
    const many = Array.from({ length: 50 }, () => get(20))
    expect(reads).toHaveLength(2)
    reads[1]?.resolve(2)
    expect(new Set(await Promise.all(many))).toEqual(new Set([2]))
    pass(99)
    expect(await get()).toBe(2)
    // older than it is remembered it never is
    pass(1)
    void get(1_000)
    expect(reads).toHaveLength(3)
  })
})
