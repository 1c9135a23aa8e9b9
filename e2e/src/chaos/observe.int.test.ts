/** Which jobs a run waits for before it is judged. */
import { acceptJob, openTestStore, silent } from '@safelight/testkit/vitest'
import { expect, inject, it, onTestFinished } from 'vitest'
import { createObserver } from './observe.ts'

it('waits for every job that is on record, also when the answer that it was accepted was lost', async () => {
  const { store, keys } = await openTestStore()
  const [known, lost] = [await acceptJob(store), await acceptJob(store)]
  const { namespace } = keys
  const redisUrl = inject('redisUrl')
  const observer = createObserver({ redisUrl, namespace, accepted: () => [known], log: silent })
  onTestFinished(() => observer.close())
  const end = (jobId: string) =>
    store.append(jobId, () => ({ type: 'status', status: 'canceled', phase: null }))
  await end(known)
  const seen = observer.untilAllEnded(60_000).then(async () => (await store.load(lost))?.status)
  await observer.readAll()
  await end(lost)
  expect(await seen).toBe('canceled')
})
