import { describe, expect, it } from 'vitest'
import {
  asked,
  CLASSES,
  checkOn,
  host,
  load,
  NOW,
  picture,
  save,
} from '../testing/listing-hosts.ts'
import type { KnownHost } from './fleet-knowledge.ts'

const STEPS = { steps: { type: 'INT', required: false } }
const SAVE = { ...CLASSES.Save, inputs: { image_0: { type: 'IMAGE', required: true } } }

const REFUSED = { code: 'invalid_workflow' }

describe('a file that a host lists', () => {
  it('is demanded of whichever host gets the job, and nobody is asked', async () => {
    const hosts = [host('a', ['x.pt']), host('b', [])]
    expect(await checkOn(picture('x.pt'), hosts)).toEqual({
      outcome: [['Loader', 'model', 'x.pt', true]],
      looks: [],
    })
  })

  it('is found when hosts are asked anew', async () => {
    const before = host('a', [])
    const { outcome, looks } = await checkOn(picture('x.pt'), [before], {
      after: [asked(before, ['x.pt'])],
    })
    expect(outcome).toEqual([['Loader', 'model', 'x.pt', true]])
    expect(looks).toEqual([['Loader']])
  })

  it('is of no use where the host lacks something else', async () => {
    const { Loader, ...others } = CLASSES
    expect(Loader).toBeDefined()
    const hosts = [host('a', ['x.pt'], { classes: others }), host('b', [])]
    expect((await checkOn(picture('x.pt'), hosts)).outcome).toMatchObject({
      ...REFUSED,
      message: expect.stringContaining('any host that could run the rest'),
    })
  })

  it('is of no use outside of the pool that is asked for', async () => {
    const hosts = [host('a', ['x.pt']), host('b', [], { labels: ['video'] })]
    expect((await checkOn(picture('x.pt'), hosts, { pool: 'video' })).outcome).toMatchObject(
      REFUSED,
    )
  })
})

it('takes a name with the slashes of either kind of system for one', async () => {
  const hosts = [host('a', ['sdxl\\x.pt'])]
  expect(await checkOn(picture('sdxl/x.pt'), hosts)).toEqual({
    outcome: [['Loader', 'model', 'sdxl/x.pt', true]],
    looks: [],
  })
})

describe('a file that no host lists', () => {
  it('is refused when each of them has just said so', async () => {
    const { outcome, looks } = await checkOn(picture('x.pt'), [host('a', ['y.pt']), host('b', [])])
    expect(outcome).toMatchObject({
      ...REFUSED,
      message: "No host can run it. Node 1 (Loader): model: 'x.pt' not in the list of any host.",
      details: {
        node_errors: {
          '1': {
            class_type: 'Loader',
            errors: [
              {
                type: 'value_not_in_list',
                details: "model: 'x.pt' not in the list of any host",
                extra_info: { input_name: 'model', received_value: 'x.pt' },
              },
            ],
          },
        },
      },
    })
    expect(looks).toEqual([['Loader']])
  })

  it('is refused for two that no host has together', async () => {
    const both = { '1': load('x.pt'), '2': load('y.pt'), '3': save('1', '2') }
    const hosts = [host('a', ['x.pt']), host('b', ['y.pt'])]
    expect((await checkOn(both, hosts)).outcome).toMatchObject({
      ...REFUSED,
      details: { node_errors: { '2': { class_type: 'Loader' } } },
    })
  })

  const unlisted = [['Loader', 'model', 'x.pt', false]]

  it.each<[string, KnownHost[], KnownHost[] | undefined]>([
    ['does not answer in time', [host('a', [])], [host('a', [])]],
    [
      'is away',
      [host('a', []), host('b', [], { state: 'offline' })],
      [asked(host('a', [])), host('b', [], { state: 'offline' })],
    ],
    ['has not said what it lists', [host('a', []), host('b', null)], undefined],
    [
      'has never been seen',
      [host('a', []), host('b', null, { classes: null, state: 'starting' })],
      undefined,
    ],
    [
      'lists no files for the input',
      [
        host('a', []),
        host('b', [], { files: { choices: new Map(), at: NOW, askedAt: new Map() } }),
      ],
      undefined,
    ],
  ])('is waited for when a host %s', async (_what, hosts, after) => {
    expect((await checkOn(picture('x.pt'), hosts, after && { after })).outcome).toEqual(unlisted)
  })

  it('is taken where no host is known at all', async () => {
    expect((await checkOn(picture('x.pt'), [])).outcome).toEqual(unlisted)
  })

  it('is refused by whatever name, once an input is known to take files', async () => {
    expect((await checkOn(picture('none'), [host('a', ['y.pt'])])).outcome).toMatchObject({
      ...REFUSED,
      details: { node_errors: { '1': { errors: [{ type: 'value_not_in_list' }] } } },
    })
    const { outcome, looks } = await checkOn(picture('None'), [host('a', ['None', 'y.pt'])])
    expect({ outcome, looks }).toEqual({ outcome: [], looks: [] })
  })

  it('is refused where it and another fault leave no output', async () => {
    const classes = { ...CLASSES, Loader: { ...CLASSES.Loader, inputs: STEPS } }
    const workflow = {
      '1': load('x.pt'),
      '2': save('1'),
      '3': { class_type: 'Loader', inputs: { model: 'y.pt', steps: 'many' } },
      '4': save('3'),
    }
    const known = host('a', ['y.pt'], { classes: { ...classes, Save: SAVE } })
    expect((await checkOn(workflow, [known])).outcome).toMatchObject(REFUSED)
    const { steps, ...sound } = workflow['3'].inputs
    expect(steps).toBe('many')
    const better = { ...workflow, '3': { class_type: 'Loader', inputs: sound } }
    expect((await checkOn(better, [known])).outcome).toEqual([['Loader', 'model', 'y.pt', true]])
  })

  it('is left to the host where a class may have a check of its own', async () => {
    const { outcome } = await checkOn(picture('x.pt', 'Own'), [host('a', [])])
    expect(outcome).toEqual([])
  })

  it('is left to the host where it costs one output of several', async () => {
    const workflow = { '1': load('x.pt'), '2': load('y.pt'), '3': save('1'), '4': save('2') }
    expect((await checkOn(workflow, [host('a', ['y.pt'])])).outcome).toEqual([
      ['Loader', 'model', 'y.pt', true],
    ])
  })
})

it('tells a refusal in few bytes, however long the names are and however many', async () => {
  const ids = Array.from({ length: 60 }, (_, at) => `n${at}`)
  const nodes = ids.map((id) => [id, load(`${'x'.repeat(240)}${id}.pt`)])
  const workflow = { ...Object.fromEntries(nodes), out: save(...ids) }
  const { outcome } = await checkOn(workflow, [host('a', [])])
  expect(outcome).toMatchObject(REFUSED)
  expect(JSON.stringify(outcome).length).toBeLessThan(70_000)
})
