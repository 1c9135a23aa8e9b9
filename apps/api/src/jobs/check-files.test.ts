import { parseFileChoices } from '@safelight/comfyui'
import { systemClock } from '@safelight/runtime'
import type { Workflow } from '@safelight/shared'
import { mergeNodeClasses } from '@safelight/store'
import { describe, expect, it } from 'vitest'
import { createCheckFiles } from './check-files.ts'
import type { KnownHost } from './fleet-knowledge.ts'

const NOW = 1_000_000
const CLASSES = {
  Loader: { output: false, outputs: 1, required: [] },
  Own: { output: false, outputs: 1, required: [] },
  Save: { output: true, outputs: 0, required: [] },
}

const STEPS = { steps: { type: 'INT', required: false } }
const SAVE = { ...CLASSES.Save, inputs: { image_0: { type: 'IMAGE', required: true } } }

const listing = (files: string[]) =>
  parseFileChoices(
    {
      Loader: { input: { required: { model: [files] } }, python_module: 'nodes' },
      Own: { input: { required: { model: [files] } }, python_module: 'custom_nodes.pack' },
    },
    { checksCombos: true },
  )

/** One that lists these files, asked long ago. */
function host(hostId: string, files: string[] | null, over: Partial<KnownHost> = {}): KnownHost {
  const found = files && { choices: listing(files), at: 0, askedAt: new Map<string, number>() }
  return { hostId, state: 'ready', labels: [], classes: CLASSES, files: found, ...over }
}

/** After it was asked for its Loader again. */
const asked = (known: KnownHost, files?: string[]): KnownHost => ({
  ...known,
  files: known.files && {
    ...known.files,
    ...(files && { choices: listing(files) }),
    askedAt: new Map([['Loader', NOW]]),
  },
})

const load = (model: string, class_type = 'Loader') => ({ class_type, inputs: { model } })
const save = (...from: string[]) => ({
  class_type: 'Save',
  inputs: Object.fromEntries(from.map((id, at) => [`image_${at}`, [id, 0]])),
})
const picture = (model: string, className?: string): Workflow => ({
  '1': load(model, className),
  '2': save('1'),
})

/**
 * What becomes of a submission.
 * @param after what is known once hosts were asked anew
 */
async function check(
  workflow: Workflow,
  hosts: KnownHost[],
  {
    after = hosts.map((known) => asked(known)),
    pool = null,
  }: { after?: KnownHost[]; pool?: string | null } = {},
) {
  const looks: string[][] = []
  const current = async () => (looks.length > 0 ? after : hosts)
  const checkFiles = createCheckFiles({
    fleet: { hosts: current, hostsNow: current },
    announceLook: async (classes) => void looks.push(classes),
    now: async () => NOW,
    clock: systemClock,
    timings: { filesFreshMs: 0, filesLookMs: 50, filesPollMs: 1 },
  })
  const { signal } = new AbortController()
  const classes = mergeNodeClasses(hosts.flatMap(({ classes: known }) => (known ? [known] : [])))
  const outcome = await checkFiles({
    workflow,
    classes: hosts.length > 0 ? classes : CLASSES,
    pool,
    targets: null,
    signal,
  }).catch((error: unknown) => error)
  return { outcome, looks }
}

const REFUSED = { code: 'invalid_workflow' }

describe('a file that a host lists', () => {
  it('is demanded of whichever host gets the job, and nobody is asked', async () => {
    const hosts = [host('a', ['x.pt']), host('b', [])]
    expect(await check(picture('x.pt'), hosts)).toEqual({
      outcome: [['Loader', 'model', 'x.pt', true]],
      looks: [],
    })
  })

  it('is found when hosts are asked anew', async () => {
    const before = host('a', [])
    const { outcome, looks } = await check(picture('x.pt'), [before], {
      after: [asked(before, ['x.pt'])],
    })
    expect(outcome).toEqual([['Loader', 'model', 'x.pt', true]])
    expect(looks).toEqual([['Loader']])
  })

  it('is of no use where the host lacks something else', async () => {
    const { Loader, ...others } = CLASSES
    expect(Loader).toBeDefined()
    const hosts = [host('a', ['x.pt'], { classes: others }), host('b', [])]
    expect((await check(picture('x.pt'), hosts)).outcome).toMatchObject({
      ...REFUSED,
      message: expect.stringContaining('any host that could run the rest'),
    })
  })

  it('is of no use outside of the pool that is asked for', async () => {
    const hosts = [host('a', ['x.pt']), host('b', [], { labels: ['video'] })]
    expect((await check(picture('x.pt'), hosts, { pool: 'video' })).outcome).toMatchObject(REFUSED)
  })
})

it('takes a name with the slashes of either kind of system for one', async () => {
  const hosts = [host('a', ['sdxl\\x.pt'])]
  expect(await check(picture('sdxl/x.pt'), hosts)).toEqual({
    outcome: [['Loader', 'model', 'sdxl/x.pt', true]],
    looks: [],
  })
})

describe('a picture in the folder of inputs', () => {
  const LOAD_IMAGE = { LoadImage: { output: false, outputs: 2, required: ['image'] }, ...CLASSES }
  const spec = (names: string[]) => [names, { image_upload: true }]
  const having = (...names: string[]): KnownHost => {
    const info = {
      LoadImage: { input: { required: { image: spec(names) } }, python_module: 'nodes' },
    }
    const choices = parseFileChoices(info, { checksCombos: false })
    const askedAt = new Map([['LoadImage', NOW]])
    return host('a', null, { classes: LOAD_IMAGE, files: { choices, at: 0, askedAt } })
  }
  const showing = (image: unknown): Workflow => ({
    '1': { class_type: 'LoadImage', inputs: { image } },
    '2': save('1'),
  })

  it('is refused in the words of ComfyUI when no host has it', async () => {
    expect((await check(showing('cat.png'), [having('dog.png')])).outcome).toMatchObject({
      ...REFUSED,
      details: {
        node_errors: {
          '1': {
            errors: [
              {
                type: 'custom_validation_failed',
                details: 'image - Invalid image file: cat.png',
                extra_info: { input_name: 'image' },
              },
            ],
          },
        },
      },
    })
  })

  it('is demanded of the host where only some have it', async () => {
    const { outcome } = await check(showing('cat.png'), [having('cat.png'), having('dog.png')])
    expect(outcome).toEqual([['LoadImage', 'image', 'cat.png', true]])
    expect((await check(showing('cat.png'), [having('cat.png')])).outcome).toEqual([])
  })

  it.each([
    'CAT.png',
    'folder/cat.png',
    'cat.png [output]',
    'cat.tiff',
    'https://example.org/cat.png',
    'safelight-0123.png',
    { __type: 'core/ASSET', info: { id: 'x' } },
  ])('is left to the host when it may be there: %j', async (image) => {
    expect((await check(showing(image), [having('Cat.png')])).outcome).toEqual([])
  })
})

describe('a file that no host lists', () => {
  it('is refused when each of them has just said so', async () => {
    const { outcome, looks } = await check(picture('x.pt'), [host('a', ['y.pt']), host('b', [])])
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
    expect((await check(both, hosts)).outcome).toMatchObject({
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
    expect((await check(picture('x.pt'), hosts, after && { after })).outcome).toEqual(unlisted)
  })

  it('is taken where no host is known at all', async () => {
    expect((await check(picture('x.pt'), [])).outcome).toEqual(unlisted)
  })

  it('is refused by whatever name, once an input is known to take files', async () => {
    expect((await check(picture('none'), [host('a', ['y.pt'])])).outcome).toMatchObject({
      ...REFUSED,
      details: { node_errors: { '1': { errors: [{ type: 'value_not_in_list' }] } } },
    })
    const { outcome, looks } = await check(picture('None'), [host('a', ['None', 'y.pt'])])
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
    expect((await check(workflow, [known])).outcome).toMatchObject(REFUSED)
    const { steps, ...sound } = workflow['3'].inputs
    expect(steps).toBe('many')
    const better = { ...workflow, '3': { class_type: 'Loader', inputs: sound } }
    expect((await check(better, [known])).outcome).toEqual([['Loader', 'model', 'y.pt', true]])
  })

  it('is left to the host where a class may have a check of its own', async () => {
    const { outcome } = await check(picture('x.pt', 'Own'), [host('a', [])])
    expect(outcome).toEqual([])
  })

  it('is left to the host where it costs one output of several', async () => {
    const workflow = { '1': load('x.pt'), '2': load('y.pt'), '3': save('1'), '4': save('2') }
    expect((await check(workflow, [host('a', ['y.pt'])])).outcome).toEqual([
      ['Loader', 'model', 'y.pt', true],
    ])
  })
})

it('tells a refusal in few bytes, however long the names are and however many', async () => {
  const ids = Array.from({ length: 60 }, (_, at) => `n${at}`)
  const nodes = ids.map((id) => [id, load(`${'x'.repeat(240)}${id}.pt`)])
  const workflow = { ...Object.fromEntries(nodes), out: save(...ids) }
  const { outcome } = await check(workflow, [host('a', [])])
  expect(outcome).toMatchObject(REFUSED)
  expect(JSON.stringify(outcome).length).toBeLessThan(70_000)
})
