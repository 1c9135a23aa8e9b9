import { progress, rememberJob, status } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'

describe('when Redis comes back with an older state', () => {
  it('a writer that knows more does not carry its lost history into the new one', async () => {
    const stack = await openTestStore()
    const { store } = stack
    const jobId = await acceptJob(store)
    await store.append(jobId, () => status('running', { phase: 'executing' }))
    const rollBack = await rememberJob(stack.redis, stack.keys, jobId)
    await store.append(jobId, () => progress(0.4))
    const known = (await store.load(jobId)) ?? undefined
    await rollBack()
    // the number is the same again, what happened is not
    await store.append(jobId, () => progress(0.1))
    const seen: (number | undefined)[] = []
    const result = await store.append(
      jobId,
      (snapshot) => {
        seen.push(snapshot.progress?.value)
        return progress(0.5)
      },
      known ? { known } : {},
    )
    expect(seen).toEqual([0.4, 0.1])
    expect(result).toMatchObject({ outcome: 'appended', snapshot: { seq: 3 } })
    const { events } = await store.eventsAfter(jobId, 0)
    expect(events.map((event) => event.type === 'progress' && event.progress.value)).toEqual([
      false,
      0.1,
      0.5,
    ])
  })

  it('no two events ever share number and stamp, and each names the one before', async () => {
    const stack = await openTestStore()
    const { store } = stack
    const jobId = await acceptJob(store)
    const rollBack = await rememberJob(stack.redis, stack.keys, jobId)
    const stamps = new Set<string>()
    for (let life = 0; life < 3; life += 1) {
      await rollBack()
      let held = (await store.load(jobId))?.stamp
      for (let step = 1; step <= 3; step += 1) await store.append(jobId, () => progress(step / 10))
      for (const { seq, stamp, follows } of (await store.eventsAfter(jobId, 0)).events) {
        expect(follows).toBe(held)
        held = stamp
        stamps.add(`${seq}-${stamp}`)
      }
      expect((await store.load(jobId))?.stamp).toBe(held)
    }
    expect(stamps.size).toBe(9)
  })
})
