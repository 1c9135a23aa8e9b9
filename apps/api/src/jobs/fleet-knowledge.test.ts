/** How often the fleet is read for those who ask after it, and how old what they are told may be. */
import type { NodeClasses } from '@safelight/comfyui'
import { createLogger, remember } from '@safelight/runtime'
import { ApiError, type Snapshot } from '@safelight/shared'
import { type JobNeeds, NO_NEEDS } from '@safelight/store'
import { newHostView, newSnapshot } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { checkFleet } from './check-fleet.ts'
import { checkGraph } from './check-graph.ts'
import { createFleetKnowledge, refuseForHosts } from './fleet-knowledge.ts'
import { createNodeClassCache } from './node-class-cache.ts'
import { createWhyWaits } from './why-waits.ts'

const LATELY_MS = 1_000
const NONE = { hosts: 0, classes: 0, files: 0, needs: 0 }
const SAVE = { output: true, outputs: 0, required: [] }
const ODD = { '1': { class_type: 'Odd', inputs: {} } }
const SAVED = { '1': { class_type: 'Save', inputs: {} } }

/** One host, `gpu-1`, with the label `still`; every read is counted, and takes a turn. */
function start(needsOf: Record<string, JobNeeds> = {}) {
  const there = {
    labels: ['still'],
    classes: new Map<string, NodeClasses>([['gpu-1', { Save: SAVE }]]),
  }
  let reads = { ...NONE }
  let nowMs = 0
  const clock = { steady: () => nowMs }
  const ages = { clock, maxAgeMs: 10_000 }
  const classes = createNodeClassCache({
    async load() {
      reads.classes += 1
      return new Map(there.classes)
    },
    ...ages,
  })
  const fleet = createFleetKnowledge({
    classes,
    files: {
      async load() {
        reads.files += 1
        return new Map()
      },
    },
    views: remember(async () => {
      reads.hosts += 1
      return [newHostView({ id: 'gpu-1', labels: there.labels })]
    }, ages),
    latelyMs: LATELY_MS,
    ...ages,
  })
  const whyWaits = createWhyWaits({
    backlog: {
      async needs(jobId) {
        reads.needs += 1
        return needsOf[jobId] ?? NO_NEEDS
      },
    },
    fleet,
    log: createLogger({ level: 'silent', name: 'test' }),
  })
  const told = async (jobs: Snapshot[]) =>
    (await whyWaits(jobs)).map((reasons) => reasons.map(({ message }) => message))
  const graphs = {
    fleetClasses: { get: () => classes.get(), lately: () => classes.get(LATELY_MS) },
    limits: { maxNodes: 100, maxBytes: 10_000 },
  }
  return {
    there,
    fleet,
    told,
    graph: (graph: unknown) => taken(checkGraph(graphs, { graph, bytes: 1 })),
    pool: (pool: string) => taken(checkFleet(fleet, { workflow: SAVED, pool })),
    pass: (ms: number) => void (nowMs += ms),
    /** Since it was asked for last. */
    reads: () => {
      const counted = reads
      reads = { ...NONE }
      return counted
    },
  }
}

const taken = (check: Promise<unknown>) =>
  check.then(
    () => true,
    () => false,
  )
const many = <T>(ask: () => Promise<T>) => Promise.all(Array.from({ length: 50 }, ask))
const waiting = (jobId: string, pool: string | null = null) =>
  newSnapshot({ jobId, pool, status: 'queued' })

describe('jobs that are asked after', () => {
  it('share one look at the fleet, however many ask at once', async () => {
    const { told, reads, pass } = start()
    expect((await many(() => told([waiting('a', 'still')]))).flat(2)).toEqual([])
    expect(reads()).toEqual({ hosts: 1, classes: 1, files: 1, needs: 50 })
    pass(LATELY_MS)
    await many(() => told([waiting('a', 'still')]))
    // how it is, not what it can run
    expect(reads()).toEqual({ hosts: 1, classes: 0, files: 0, needs: 50 })
    pass(LATELY_MS)
    expect((await many(() => told([waiting('a', 'gone')]))).flat(2)).toEqual(
      Array(50).fill("No host has the label 'gone'."),
    )
    expect(reads()).toEqual({ hosts: 1, classes: 1, files: 1, needs: 50 })
  })

  it('cost one look by the page, and what each needs is read once, though one of them stands', async () => {
    const { told, reads, pass } = start({ b: { ...NO_NEEDS, classes: ['Odd'] } })
    const page = [
      waiting('a', 'still'),
      waiting('b'),
      newSnapshot({ jobId: 'c', pool: 'gone', status: 'running' }),
      waiting('d', 'gone'),
    ]
    await told([])
    expect(reads()).toEqual(NONE)
    const reasons = [[], ["No host has a node 'Odd'."], [], ["No host has the label 'gone'."]]
    expect(await told(page)).toEqual(reasons)
    expect(reads()).toEqual({ hosts: 1, classes: 1, files: 1, needs: 3 })
    pass(LATELY_MS)
    expect(await told(page)).toEqual(reasons)
    expect(reads()).toEqual({ hosts: 1, classes: 1, files: 1, needs: 3 })
  })

  it('are told of a label and of a node as of a second ago, though more is remembered for longer', async () => {
    const { there, told, pass } = start({ b: { ...NO_NEEDS, classes: ['Odd'] } })
    const page = [waiting('a', 'new'), waiting('b')]
    expect((await told(page)).flat()).toHaveLength(2)
    there.labels = ['new']
    there.classes.set('gpu-1', { Save: SAVE, Odd: SAVE })
    pass(LATELY_MS)
    expect(await told(page)).toEqual([[], []])
    there.labels = []
    pass(LATELY_MS)
    expect(await told(page)).toEqual([["No host has the label 'new'."], []])
  })
})

describe('submissions that are refused', () => {
  it('share one second look, a moment old at most', async () => {
    const { there, graph, pool, reads, pass } = start()
    expect([await graph(SAVED), await pool('still')]).toEqual([true, true])
    expect(reads()).toMatchObject({ hosts: 1, classes: 1 })
    pass(LATELY_MS)
    const both = () => Promise.all([graph(ODD), pool('new')])
    expect((await many(both)).flat()).toEqual(Array(100).fill(false))
    expect(reads()).toMatchObject({ hosts: 1, classes: 1 })
    there.labels = ['new']
    there.classes.set('gpu-1', { Save: SAVE, Odd: SAVE })
    pass(LATELY_MS)
    expect((await many(both)).flat()).toEqual(Array(100).fill(true))
    expect(reads()).toMatchObject({ hosts: 1, classes: 1 })
    // what the second look found is remembered for the first
    pass(LATELY_MS)
    expect(await both()).toEqual([true, true])
    expect(reads()).toEqual(NONE)
  })

  it('are judged once while nothing else was read', async () => {
    const { fleet, pass } = start()
    let judged = 0
    const refused = () =>
      taken(
        refuseForHosts(fleet, () => {
          judged += 1
          return new ApiError('invalid_request', 'no')
        }),
      )
    expect([await refused(), judged]).toEqual([false, 1])
    pass(LATELY_MS)
    expect([await refused(), judged]).toEqual([false, 3])
  })
})

it('takes what nobody knows until a first host has told its classes, and not a moment longer', async () => {
  const { there, graph, reads } = start()
  there.classes.clear()
  expect((await many(() => graph(ODD))).every(Boolean)).toBe(true)
  expect(reads()).toMatchObject({ classes: 1 })
  there.classes.set('gpu-1', { Save: SAVE })
  expect(await graph(ODD)).toBe(false)
})
