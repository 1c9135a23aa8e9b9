/** Promise 3: a watcher sees the truth, however it comes and goes. */
import { isTerminal, type SnapshotView } from '@safelight/shared'
import { until } from '@safelight/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { getJob, submit, textToImage } from './testing/client.ts'
import { createRandom } from './testing/random.ts'
import type { Stack } from './testing/stack.ts'
import { openTestStack } from './testing/test-stack.ts'
import { watchToEnd } from './testing/watcher.ts'

const JOBS = 20
const WATCHERS_PER_JOB = 5
/** A job has about as many. */
const EVENTS = 16
const SEED = 20261123

let stack: Stack
beforeAll(async () => {
  stack = await openTestStack({
    apis: 2,
    workers: 2,
    dialects: ['0.33.0', '0.3.64', 'legacy'],
    speed: 10,
  })
})
afterAll(() => stack.close())

it('ends with the same snapshot for 100 watchers that join late, drop, return, or ask the other server', async () => {
  const random = createRandom(SEED)
  const pickUrl = () => random.pick(stack.urls)
  const tries = await Promise.all(
    Array.from({ length: JOBS }, async (_, job) => {
      const { id: jobId } = await submit(pickUrl(), textToImage(job, 8 + random.below(24)))
      let seen = 0
      const onSnapshot = ({ seq, status }: SnapshotView) => {
        seen = isTerminal(status) ? Infinity : seq
      }
      const witness = watchToEnd({ jobId, pickUrl, onSnapshot, drops: [] })
      const watchers = Array.from({ length: WATCHERS_PER_JOB }, async () => {
        const drops = Array.from({ length: random.below(4) }, () => random.below(12))
        // late joiners: somewhere in the job's life, which is as long as the machine is slow
        const joinAt = random.below(EVENTS)
        await until(() => seen >= joinAt, { what: `event ${joinAt}`, withinMs: 90_000 })
        return watchToEnd({ jobId, pickUrl, drops })
      })
      return { jobId, witness: await witness, watchers: await Promise.all(watchers) }
    }),
  )

  let late = 0
  let returned = 0
  for (const { jobId, witness, watchers } of tries) {
    const record = await getJob(stack.urls[0] ?? '', jobId)
    expect(record).toMatchObject({
      status: 'succeeded',
      seq: witness.final.seq,
      outputs: witness.final.outputs.map(({ id }) => ({ id })),
    })
    for (const { final, heard, values, connections } of [witness, ...watchers]) {
      expect(withoutAddress(final)).toEqual(withoutAddress(witness.final))
      expect(values).toEqual(values.toSorted((a, b) => a - b))
      for (const events of heard) expectWithoutGap(events.map(({ seq }) => seq))
      if (connections > 1) returned += 1
      if (heard.flat().length < witness.final.seq) late += 1
    }
  }
  // the dice must have made the cases that this is about
  expect(tries.length * WATCHERS_PER_JOB).toBe(100)
  expect(late).toBeGreaterThan(30)
  expect(returned).toBeGreaterThan(20)
}, 120_000)

function expectWithoutGap(seqs: number[]): void {
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index))
}

/** Each server names itself in the links. */
function withoutAddress<T extends { outputs: { url: string }[] }>(snapshot: T) {
  return {
    ...snapshot,
    outputs: snapshot.outputs.map(({ url, ...output }) => ({
      ...output,
      path: new URL(url).pathname,
    })),
  }
}
