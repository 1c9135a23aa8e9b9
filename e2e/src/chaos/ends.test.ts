import { expect, it } from 'vitest'
import { createRandom } from '../testing/random.ts'
import { raising, slow } from '../testing/workflows.ts'
import type { Disruption } from './blows.ts'
import { type EndFacts, findWrongEnds, type Outcome } from './ends.ts'
import { pickWorkflow, toWanted } from './wanted.ts'

const save = (prefix: string) => ({
  class_type: 'SaveImage',
  inputs: { images: ['1', 0] as [string, number], filename_prefix: prefix },
})
const TWO = { ...slow({ color: 1 }), '4': save('side') }

function outcome(rest: Partial<Outcome> = {}): Outcome {
  const files = ['slow_00001_.png', 'side_00001_.png']
  return {
    jobId: 'j',
    status: 'succeeded',
    errorCode: null,
    files,
    priority: 0,
    workflow: TWO,
    ...rest,
  }
}
const missing = (files: string[]) =>
  outcome({ status: 'failed', errorCode: 'output_missing', files })

const ran = {
  jobId: 'j',
  host: 'host-1',
  promptId: 'p',
  clientId: 'mark',
  startedAt: 1_000,
  endedAt: 2_000,
  outcome: 'success',
} as const
const poisoned = (poison: Disruption['poison'] = {}, rest: Partial<Disruption> = {}) => ({
  target: 'host-1',
  what: 'poisoned',
  hostId: 'gpu-1',
  dead: false,
  left: null,
  forgot: false,
  at: 500,
  until: 3_000,
  poison,
  ...rest,
})

function wrong(one: Outcome, rest: Partial<EndFacts> = {}): string[] {
  const facts = { canceled: new Set<string>(), executions: [ran], disruptions: [], ...rest }
  return findWrongEnds([one], facts)
}

it('accounts for a job with all that was asked for, one that raised, and one that was canceled', () => {
  expect(wrong(outcome())).toEqual([])
  for (const [kind, errorCode] of [
    ['oom', 'out_of_memory'],
    ['value_error', 'node_execution_error'],
  ] as const)
    expect(
      wrong(outcome({ status: 'failed', errorCode, files: [], workflow: raising(kind) })),
    ).toEqual([])
  const canceled = outcome({ status: 'canceled', files: [] })
  expect(wrong(canceled, { canceled: new Set(['j']) })).toEqual([])
  expect(wrong(canceled)).toEqual(['j: canceled, and nobody asked for it'])
})

it('lets no job succeed with nothing, with less, with more, or where it had to fail', () => {
  expect(wrong(outcome({ files: [] }))).toEqual(['j: succeeded without side,slow'])
  expect(wrong(outcome({ files: ['slow_00001_.png'] }))).toEqual(['j: succeeded without side'])
  const twice = ['side_00001_.png', 'side_00002_.png']
  expect(wrong(outcome({ files: twice }))).toEqual(['j: succeeded without slow'])
  expect(wrong(outcome({ files: [...twice, 'slow_00001_.png'] }))).toHaveLength(1)
  expect(wrong(outcome({ workflow: raising('oom') }))).toHaveLength(1)
})

it.each(['out_of_memory', 'node_execution_error', 'interrupted', 'internal', 'canceled'])(
  'lets no job that asks for nothing wrong fail with %s',
  (errorCode) => {
    const disruptions = [poisoned({ nodesRaise: 'oom' }), poisoned({ outOfMemory: 2 })]
    const failed = outcome({ status: 'failed', errorCode, files: [] })
    expect(wrong(failed, { disruptions })).toEqual([`j: failed with ${errorCode}`])
  },
)

it.each(['host_unavailable', 'stalled', 'worker_lost'])('knows that chaos may bring %s', (code) => {
  expect(wrong(outcome({ status: 'failed', errorCode: code, files: [] }))).toEqual([])
})

it('excuses only the file that its host did not serve', () => {
  const disruptions = [poisoned({ unservedFile: 'side', unservedStatus: 400 })]
  expect(wrong(missing(['slow_00001_.png']), { disruptions })).toEqual([])
  expect(wrong(missing([]), { disruptions })).toEqual([
    'j: lost slow, which its host would have served',
  ])
  expect(wrong(missing(['slow_00001_.png', 'side_00001_.png']), { disruptions })).toHaveLength(1)
})

it.each(['historyLate', 'historyHollow', 'historyGone'])(
  'lets %s, and the death of the host, cost a job all of its files',
  (name) => {
    expect(wrong(missing([]), { disruptions: [poisoned({ [name]: true })] })).toEqual([])
    const { until: _, poison: __, ...dead } = poisoned({}, { at: 2_500, dead: true, forgot: true })
    expect(wrong(missing([]), { disruptions: [dead] })).toEqual([])
  },
)

it('excuses nothing by what happened elsewhere, before or long after, or where nothing was made', () => {
  const gone = { historyGone: true }
  for (const disruptions of [
    [],
    [poisoned(gone, { target: 'host-2' })],
    [poisoned(gone, { until: 900 })],
    [poisoned(gone, { at: 200_000, until: 201_000 })],
    [poisoned({ slowHttp: 5 })],
  ])
    expect(wrong(missing([]), { disruptions })).toHaveLength(1)
  const disruptions = [poisoned(gone)]
  expect(wrong(missing([]), { disruptions, executions: [] })).toHaveLength(1)
})

it('asks for several pictures now and then, and for some that no host makes', () => {
  const random = createRandom(3)
  const all = Array.from({ length: 200 }, (_, n) => pickWorkflow(n, random))
  const wanted = all.map(toWanted)
  expect(wanted.filter(({ pictures }) => pictures.length > 1).length).toBeGreaterThan(10)
  expect(wanted.filter(({ failsWith }) => failsWith).length).toBeGreaterThan(10)
  const partly = all.filter((workflow, n) => {
    const saves = Object.values(workflow).filter(({ class_type }) => class_type === 'SaveImage')
    return wanted[n]?.pictures.length === 1 && saves.length === 2
  })
  expect(partly.length).toBeGreaterThan(3)
})
