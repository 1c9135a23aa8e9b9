/** Jobs go to hosts that list their files, as these are now. */
import { lists } from '@safelight/comfyui'
import type { Workflow } from '@safelight/shared'
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { slow, txt2img } from '../testing/graphs.ts'
import { eachWithHost, until, type WorkerStack } from '../testing/stack.ts'

const NEVER_MS = 3_600_000
const FILE = 'tiny_ckpt_full.safetensors'
const NEED = { className: 'CheckpointLoaderSimple', input: 'ckpt_name', file: FILE }

let stack: WorkerStack
let host: Simulator
let seed = 0
eachWithHost((opened) => ({ stack, host } = opened), { speed: 50 })

const submit = (isKnown: boolean) => {
  seed += 1
  const workflow = txt2img({ seed, steps: 1 })
  const classes = Object.values(workflow).map(({ class_type: name }) => name)
  return stack.submit(
    workflow,
    {},
    { classes, listed: [['CheckpointLoaderSimple', 'ckpt_name', FILE, isKnown]] },
  )
}

it('runs a job as soon as its host lists the file that it waits for, and lets others pass until then', async () => {
  host.models.remove('checkpoints', FILE)
  await stack.startWorker([host.url], { timings: { filesEveryMs: NEVER_MS } })
  const waiting = await submit(false)
  const other = await stack.submit(slow({ color: 1, steps: 1 }))
  expect((await stack.end(other)).status).toBe('succeeded')
  expect(await stack.store.load(waiting)).toMatchObject({ status: 'queued', attempt: 0 })
  host.models.add('checkpoints', FILE)
  expect(await stack.end(waiting)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect(host.described()).toBe(1)
})

it('sends no second job to a host for a file that has gone from there', async () => {
  await stack.startWorker([host.url], {
    timings: { filesEveryMs: NEVER_MS, filesWaitedMs: NEVER_MS, filesAtLeastMs: 0 },
  })
  expect((await stack.end(await submit(true))).status).toBe('succeeded')
  host.models.remove('checkpoints', FILE)
  const refused = await stack.end(await submit(true))
  expect(refused).toMatchObject({ status: 'failed', error: { code: 'invalid_workflow' } })
  // nothing but the refusal made the worker ask
  await until(async () => {
    const [found] = (await stack.files.load()).values()
    return found && lists(found.choices, NEED) === false
  })
  const next = await submit(true)
  const other = await stack.submit(slow({ color: 1, steps: 1 }))
  expect((await stack.end(other)).status).toBe('succeeded')
  expect(await stack.store.load(next)).toMatchObject({ status: 'queued', attempt: 0 })
})

it('runs a job where the picture is that it names, as soon as it is', async () => {
  await stack.startWorker([host.url], { timings: { filesEveryMs: NEVER_MS } })
  const workflow: Workflow = {
    '1': { class_type: 'LoadImage', inputs: { image: 'cat.png' } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'x' } },
  }
  const listed: [string, string, string, boolean][] = [['LoadImage', 'image', 'cat.png', false]]
  const waiting = await stack.submit(workflow, {}, { listed })
  const other = await stack.submit(slow({ color: 1, steps: 1 }))
  expect((await stack.end(other)).status).toBe('succeeded')
  expect(await stack.store.load(waiting)).toMatchObject({ status: 'queued', attempt: 0 })
  const made = await fetch(`${host.url}/view?filename=slow_00001_.png&type=output`)
  const form = new FormData()
  form.set('image', new Blob([await made.arrayBuffer()]), 'cat.png')
  expect((await fetch(`${host.url}/upload/image`, { method: 'POST', body: form })).status).toBe(200)
  expect(await stack.end(waiting)).toMatchObject({ status: 'succeeded', attempt: 1 })
})

it('gives a host the name in the form in which it lists it', async () => {
  host.models.add('checkpoints', `sdxl\\${FILE}`)
  await stack.startWorker([host.url])
  const file = `sdxl/${FILE}`
  const workflow = txt2img({ seed: 1, steps: 1 })
  const loader = Object.values(workflow).find(({ class_type: name }) => name === NEED.className)
  Object.assign(loader?.inputs ?? {}, { ckpt_name: file })
  const listed: [string, string, string, boolean][] = [[NEED.className, NEED.input, file, true]]
  const id = await stack.submit(workflow, {}, { listed })
  expect((await stack.end(id)).status).toBe('succeeded')
  expect(await stack.store.loadWorkflowText(id)).toContain(`"${file}"`)
})
