import { parseFileChoices, parseNodeClasses } from '@safelight/comfyui'
import { modelPageSchema, nodeClassPageSchema } from '@safelight/shared'
import { createHostFiles } from '@safelight/store'
import { newHostReport } from '@safelight/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { readError } from '../testing/http.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), {
  // a busy machine takes its time to answer
  timings: { nodeClassesAgeMs: 0, requestDeadlineMs: 25_000 },
})

const LOADER = (ckpts: string[]) => ({
  input: { required: { ckpt_name: [ckpts, { tooltip: 'x' }] } },
  output: ['MODEL', 'CLIP', 'VAE'],
  python_module: 'nodes',
  display_name: 'Load Checkpoint',
  category: 'loaders',
})
const SAMPLER = (samplers: string[], maxSteps: number) => ({
  input: {
    required: {
      model: ['MODEL'],
      steps: ['INT', { default: 20, min: 1, max: maxSteps }],
      sampler_name: [samplers],
    },
  },
  output: ['LATENT'],
  python_module: 'nodes',
})

/** As if a worker had asked the host. */
async function know(hostId: string, info: Record<string, unknown>, labels: string[] = []) {
  const at = await stack.store.now()
  await stack.hosts.report(newHostReport(at, { hostId, labels }))
  const options = { checksCombos: true }
  await stack.hosts.saveNodeClasses(hostId, parseNodeClasses(info, options) ?? {})
  const choices = parseFileChoices(info, options)
  await createHostFiles(stack).save(hostId, { choices, at, askedAt: new Map() })
}

beforeEach(async () => {
  await know('gpu-1', {
    Load: LOADER(['a.safetensors', 'sdxl/x.safetensors']),
    KSampler: SAMPLER(['euler', 'heun'], 100),
  })
  await know(
    'gpu-2',
    {
      Load: LOADER(['sdxl\\x.safetensors', 'b.safetensors']),
      KSampler: SAMPLER(['euler', 'lcm'], 50),
      Own: { input: { required: { text: ['STRING', { multiline: true }] } }, output_node: true },
    },
    ['video'],
  )
})

const get = (path: string) => fetch(`${stack.api.url}/api/v2${path}`)
const models = async (query = '') =>
  modelPageSchema.parse(await (await get(`/models${query}`)).json())
const classes = async (query = '') =>
  nodeClassPageSchema.parse(await (await get(`/node-classes${query}`)).json())

describe('the models', () => {
  it('are those of all hosts, and both forms of a name are one', async () => {
    const of = { inputs: ['ckpt_name'], classes: ['Load'] }
    expect(await models()).toEqual({
      models: [
        { name: 'a.safetensors', ...of, hosts: ['gpu-1'] },
        { name: 'b.safetensors', ...of, hosts: ['gpu-2'] },
        { name: 'sdxl/x.safetensors', ...of, hosts: ['gpu-1', 'gpu-2'] },
      ],
      next_cursor: null,
    })
  })

  it('are paged, searched and narrowed down', async () => {
    const first = await models('?limit=2')
    expect(first.models.map(({ name }) => name)).toEqual(['a.safetensors', 'b.safetensors'])
    const rest = await models(`?limit=2&cursor=${first.next_cursor}`)
    expect(rest.models.map(({ name }) => name)).toEqual(['sdxl/x.safetensors'])
    expect(rest.next_cursor).toBeNull()
    expect((await models('?search=SDXL')).models).toHaveLength(1)
    expect((await models('?input=lora_name')).models).toEqual([])
    expect((await models('?class=Load&pool=video')).models.map(({ name }) => name)).toEqual([
      'b.safetensors',
      'sdxl/x.safetensors',
    ])
    const odd = await get('/models?cursor=%00')
    expect([odd.status, (await readError(odd)).code]).toEqual([400, 'invalid_request'])
  })
})

describe('the node classes', () => {
  it('are those of all hosts, without their inputs', async () => {
    const page = await classes()
    expect(Object.keys(page.classes)).toEqual(['KSampler', 'Load', 'Own'])
    expect(page.classes['Load']).toEqual({
      hosts: ['gpu-1', 'gpu-2'],
      output_node: false,
      title: 'Load Checkpoint',
      category: 'loaders',
      outputs: ['MODEL', 'CLIP', 'VAE'],
    })
    expect(Object.keys((await classes('?limit=1&search=s')).classes)).toEqual(['KSampler'])
  })

  it('tell in full what at least one host takes, where they are asked for by name', async () => {
    const page = await classes('?class=KSampler,Load,Nowhere')
    expect(Object.keys(page.classes)).toEqual(['KSampler', 'Load'])
    expect(page.classes['KSampler']?.input).toEqual({
      model: { type: 'MODEL', required: true },
      steps: { type: 'INT', required: true, default: 20, min: 1, max: 100 },
      sampler_name: { type: 'COMBO', required: true, values: ['euler', 'heun', 'lcm'] },
    })
    expect(page.classes['Load']?.input?.['ckpt_name']).toMatchObject({
      kind: 'models',
      values: ['a.safetensors', 'sdxl/x.safetensors', 'b.safetensors'],
    })
  })

  it('are kept once, however many hosts have the same, and forgotten with the last', async () => {
    const info = { Load: LOADER([]) }
    const texts = async () => (await stack.redis.hkeys(stack.keys.nodeClassTexts)).length
    expect(await texts()).toBe(2)
    await know('gpu-2', info)
    await know('gpu-1', info)
    await know('gpu-3', info)
    expect(await texts()).toBe(1)
    expect(Object.keys((await classes()).classes)).toEqual(['Load'])
  })
})
