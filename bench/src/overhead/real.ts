/** The same with a real ComfyUI, when there is one: tiny prompts, and the times that it says itself. */
import { createScope } from '@safelight/runtime'
import type { Workflow } from '@safelight/shared'
import { z } from 'zod'
import { middle, percentile } from '../figures.ts'
import { createHttp, type Http } from '../http.ts'
import { type BenchContext, byScale, type Figure } from '../section.ts'
import { openStack, type Stack } from '../stack.ts'
import { direct } from '../ways/direct.ts'
import { simplest } from '../ways/simplest.ts'
import { scaling, trivial } from '../workflows.ts'
import { gapsOf, rateOf, type Span } from './spans.ts'

/** So many ended prompts a worker has its host forget at once (apps/worker/src/hosts/ended-prompts.ts); it waits for so many here. */
const BUNDLE = 64
/** Until the code of every process is warm. */
const WARM_UP_BUNDLES = 8
const LATE_TO_FORGET = { SAFELIGHT_TIMINGS: JSON.stringify({ forgetEveryMs: 3_600_000 }) }

/** Less than a bundle; of the longer ones more than ten seconds: that often ComfyUI collects its garbage between two prompts, and whoever feeds it meets that then. */
const USUAL = 60

const KINDS = [
  { what: 'tiny prompts', make: trivial, ratio: 0.6 },
  { what: 'prompts of some tenths of a second', make: scaling, ratio: 0.99 },
]

/** [] without one. */
export async function onRealHost(context: BenchContext): Promise<Figure[]> {
  const { comfyuiUrl: url, redisBinary, scale } = context
  if (url === null) return []
  const scope = createScope('real')
  const http = createHttp()
  scope.defer(() => http.close())
  try {
    const env = { worker: LATE_TO_FORGET }
    const stack = scope.use(await openStack({ redisBinary, hostUrls: [url], env }))
    if (scale !== 'smoke') await runOurs(stack, many(trivial, WARM_UP_BUNDLES * BUNDLE))
    const figures: Figure[] = []
    for (const kind of KINDS)
      figures.push(...(await measure(kind, { ...context, url, http, stack })))
    return figures
  } finally {
    await scope.close()
  }
}

const many = (make: () => Workflow, count: number) => Array.from({ length: count }, make)

/** All wait before the first is run: asking for them is not what is measured. */
async function runOurs({ client, cluster }: Stack, workflows: Workflow[]): Promise<void> {
  const [worker] = cluster.workers
  await worker?.kill('SIGSTOP')
  const views = await client.submitAll(workflows.map((workflow) => ({ workflow })))
  await worker?.kill('SIGCONT')
  await client.ended(views)
}

interface Real extends BenchContext {
  url: string
  http: Http
  stack: Stack
}

async function measure(
  { what, make, ratio }: (typeof KINDS)[number],
  { url, http, stack, scale, say }: Real,
): Promise<Figure[]> {
  const count = byScale(scale, { smoke: 5, usual: USUAL, long: USUAL })
  const rounds = byScale(scale, { smoke: 1, usual: 3, long: 15 })
  const [worker] = stack.cluster.workers
  const found = { us: [] as Span[][], fed: [] as Span[][], single: [] as Span[][] }
  for (let n = 1; n <= rounds; n += 1) {
    await runOurs(stack, many(make, count))
    found.us.push(await latest(http, url, count))
    await worker?.kill('SIGSTOP')
    try {
      await direct({ url, http, jobs: many(make, count) })
      found.fed.push(await latest(http, url, count))
      await simplest({ url, http, jobs: many(make, count) })
      found.single.push(await latest(http, url, count))
    } finally {
      await worker?.kill('SIGCONT')
    }
    await stack.client.untilReady(1)
    // the next round begins with nothing left to be forgotten
    await runOurs(stack, many(trivial, BUNDLE - count))
    say(`a real host, ${what}: ${n} of ${rounds} rounds of ${count}`)
  }
  const rate = (of: Span[][]) => middle(of.map((spans) => rateOf([spans])))
  const figure = (against: string, spans: Span[][], aim?: number): Figure => ({
    what: `${what}, a real host`,
    value: rate(found.us),
    unit: '1/s',
    against: { what: against, value: rate(spans) },
    ...(aim === undefined ? {} : { aim: { of: 'ratio', atLeast: aim } }),
  })
  return [
    figure('fed directly', found.fed, ratio),
    figure('one at a time', found.single),
    ...[0.5, 0.99].map(
      (share): Figure => ({
        what: `host idle between ${what}, p${100 * share}, a real host`,
        value: percentile(gapsOf(found.us), share),
        unit: 'ms',
        against: { what: 'fed directly', value: percentile(gapsOf(found.fed), share) },
        ...(share === 0.5 ? { aim: { of: 'value', atMost: 1 } } : {}),
      }),
    ),
  ]
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
