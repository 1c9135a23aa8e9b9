import { parseNodeClasses } from '@safelight/comfyui'
import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { checkInputs } from './check-inputs.ts'
import type { KnownHost } from './fleet-knowledge.ts'

/** A host whose sampler takes these, and so many steps at most. */
function host(samplers: string[], maxSteps: number, over: Partial<KnownHost> = {}): KnownHost {
  const steps = ['INT', { min: 1, max: maxSteps }]
  const classes = parseNodeClasses(
    {
      KSampler: {
        input: { required: { steps, sampler_name: [samplers] } },
        output: ['IMAGE'],
        python_module: 'nodes',
      },
      SaveImage: { input: { required: { images: ['IMAGE'] } }, output: [], output_node: true },
    },
    { checksCombos: true },
  )
  return { hostId: 'gpu-1', state: 'ready', labels: [], classes, files: null, ...over }
}

const picture = (steps: unknown, sampler_name: string): Workflow => ({
  '1': { class_type: 'KSampler', inputs: { steps, sampler_name } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0] } },
})

interface Asked {
  pool?: string
  targets?: string[]
  /** What is known when it is read anew. */
  now?: KnownHost[]
}

/** What becomes of a submission: `taken`, or the refusal. */
function check(workflow: Workflow, hosts: KnownHost[], { pool, targets, now = hosts }: Asked = {}) {
  const fleet = { hosts: async () => hosts, hostsLately: async () => now }
  const request = { workflow, pool: pool ?? null, targets: targets ?? null }
  return checkInputs(fleet, request).then(
    () => 'taken',
    (error: unknown) => error,
  )
}

const REFUSED = { code: 'invalid_workflow' }

describe('inputs that no host takes', () => {
  it('are refused in the words of ComfyUI, with the outputs that need them', async () => {
    expect(await check(picture(0, 'eule'), [host(['euler', 'heun'], 100)])).toMatchObject({
      ...REFUSED,
      message:
        "No host can run it. Node 1 (KSampler): Value 0 smaller than min of 1: steps. Node 1 (KSampler): Value not in list: sampler_name: 'eule' not in ['euler', 'heun'].",
      details: {
        node_errors: {
          '1': {
            class_type: 'KSampler',
            dependent_outputs: ['2'],
            errors: [
              {
                type: 'value_smaller_than_min',
                message: 'Value 0 smaller than min of 1',
                details: 'steps',
                extra_info: {
                  input_name: 'steps',
                  input_config: ['INT', { min: 1, max: 100 }],
                  received_value: 0,
                },
              },
              {
                type: 'value_not_in_list',
                details: "sampler_name: 'eule' not in ['euler', 'heun']",
              },
            ],
          },
        },
      },
    })
  })

  it('are told by the host that comes nearest', async () => {
    const hosts = [host(['heun'], 10), host(['euler'], 10)]
    const refused = await check(picture(20, 'euler'), hosts)
    expect(refused).toMatchObject(REFUSED)
    expect(JSON.stringify(refused)).not.toContain('value_not_in_list')
  })

  it('are refused where another host that takes them is not of the pool', async () => {
    const hosts = [host(['euler'], 100), host(['heun'], 100, { labels: ['video'] })]
    expect(await check(picture(20, 'euler'), hosts, { pool: 'video' })).toMatchObject(REFUSED)
    expect(await check(picture(20, 'euler'), hosts)).toBe('taken')
  })

  it('are taken once a host has come that takes them', async () => {
    const now = [host(['euler'], 100)]
    expect(await check(picture(20, 'euler'), [host(['heun'], 100)], { now })).toBe('taken')
  })
})

describe('inputs that may be taken', () => {
  it.each<[string, KnownHost[]]>([
    ['no host is known', []],
    ['a host has not said what it has', [host([], 1), host([], 1, { classes: null, state: null })]],
    ['a host of another kind takes them', [host(['heun'], 10), host(['euler'], 100)]],
    [
      'a host said nothing of its inputs',
      [
        host([], 1, {
          classes: {
            KSampler: { output: false, outputs: 1, required: ['steps'] },
            SaveImage: { output: true, outputs: 0, required: ['images'] },
          },
        }),
      ],
    ],
  ])('are, where %s', async (_what, hosts) => {
    expect(await check(picture(20, 'euler'), hosts)).toBe('taken')
  })

  it('are, where they cost one output of several, unless that is the one that is asked for', async () => {
    const workflow: Workflow = {
      ...picture(20, 'euler'),
      '3': { class_type: 'KSampler', inputs: { steps: 0, sampler_name: 'euler' } },
      '4': { class_type: 'SaveImage', inputs: { images: ['3', 0] } },
    }
    const hosts = [host(['euler'], 100)]
    expect(await check(workflow, hosts)).toBe('taken')
    expect(await check(workflow, hosts, { targets: ['2'] })).toBe('taken')
    expect(await check(workflow, hosts, { targets: ['4'] })).toMatchObject(REFUSED)
  })
})

it('tells a refusal in few bytes, however much is wrong', async () => {
  const nodes = Array.from({ length: 2_000 }, (_, at) => [
    `${at}`,
    { class_type: 'KSampler', inputs: { steps: 'x'.repeat(500), sampler_name: 'x'.repeat(500) } },
  ])
  const saves = Array.from({ length: 2_000 }, (_, at) => [
    `s${at}`,
    { class_type: 'SaveImage', inputs: { images: [`${at}`, 0] } },
  ])
  const workflow: Workflow = Object.fromEntries([...nodes, ...saves])
  const refused = await check(workflow, [host(['euler'], 100)])
  expect(refused).toMatchObject({ ...REFUSED, details: { more_problems: expect.any(Number) } })
  expect(JSON.stringify(refused).length).toBeLessThan(80_000)
})
