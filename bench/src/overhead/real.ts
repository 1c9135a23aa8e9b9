/** The same with a real ComfyUI, when there is one: tiny prompts, and the times that it says itself. */
import { createScope } from '@safelight/runtime'
import { z } from 'zod'
import { middle, percentile } from '../figures.ts'
import { createHttp, type Http } from '../http.ts'
import { type BenchContext, byScale, type Figure } from '../section.ts'
import { openStack } from '../stack.ts'
import { direct } from '../ways/direct.ts'
import { simplest } from '../ways/simplest.ts'
import { trivial } from '../workflows.ts'
import { gapsOf, rateOf, type Span } from './spans.ts'

/** [] without one. */
export async function onRealHost({
  comfyuiUrl: url,
  redisBinary,
  scale,
  say,
}: BenchContext): Promise<Figure[]> {
  if (url === null) return []
  const count = byScale(scale, { smoke: 10, usual: 100, long: 500 })
  const rounds = byScale(scale, { smoke: 1, usual: 3, long: 5 })
  const jobs = () => Array.from({ length: count }, trivial)
  const scope = createScope('real')
  const http = createHttp()
  scope.defer(() => http.close())
  try {
    const { client, cluster } = scope.use(await openStack({ redisBinary, hostUrls: [url] }))
    const [worker] = cluster.workers
    const found = { us: [] as Span[][], fed: [] as Span[][], single: [] as Span[][] }
    for (let n = 1; n <= rounds; n += 1) {
      // all wait before the first is run: asking for them is not what is measured
      await worker?.kill('SIGSTOP')
      const views = await client.submitAll(jobs().map((workflow) => ({ workflow })))
      await worker?.kill('SIGCONT')
      await client.ended(views)
      found.us.push(await latest(http, url, count))
      await worker?.kill('SIGSTOP')
      try {
        await direct({ url, http, jobs: jobs() })
        found.fed.push(await latest(http, url, count))
        await simplest({ url, http, jobs: jobs() })
        found.single.push(await latest(http, url, count))
      } finally {
        await worker?.kill('SIGCONT')
      }
      await client.untilReady(1)
      say(`a real host: ${n} of ${rounds} rounds of ${count}`)
    }
    const rate = (of: Span[][]) => middle(of.map((spans) => rateOf([spans])))
    const figure = (what: string, against: Span[][], aim?: number): Figure => ({
      what: 'tiny prompts, a real host',
      value: rate(found.us),
      unit: '1/s',
      against: { what, value: rate(against) },
      ...(aim === undefined ? {} : { aim: { of: 'ratio', atLeast: aim } }),
    })
    return [
      figure('fed directly', found.fed, 0.6),
      figure('one at a time', found.single),
      ...[0.5, 0.99].map(
        (share): Figure => ({
          what: `host idle between prompts, p${100 * share}, a real host`,
          value: percentile(gapsOf(found.us), share),
          unit: 'ms',
          against: { what: 'fed directly', value: percentile(gapsOf(found.fed), share) },
          ...(share === 0.5 ? { aim: { of: 'value', atMost: 1 } } : {}),
        }),
      ),
    ]
  } finally {
    await scope.close()
  }
}

const timed = z.object({ timestamp: z.number() })
const historySchema = z.record(
  z.string(),
  z.object({ status: z.object({ messages: z.array(z.tuple([z.string(), z.unknown()])) }) }),
)

/** The prompts that ended last, in the order in which they began; whole ms, as the host tells them. */
async function latest(http: Http, url: string, count: number): Promise<Span[]> {
  const entries = historySchema.parse(await http.json(`${url}/history?max_items=${count}`))
  const spans = Object.values(entries).map(({ status: { messages } }) => {
    const at = (event: string) =>
      timed.parse(messages.find(([name]) => name === event)?.[1]).timestamp
    return { startedAt: at('execution_start'), endedAt: at('execution_success') }
  })
  return spans.toSorted((one, other) => one.startedAt - other.startedAt)
}
