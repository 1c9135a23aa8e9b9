/** Which files a host lists, looked at again while it runs. */
import { createHostClient, lists } from '@safelight/comfyui'
import { systemClock } from '@safelight/runtime'
import { type Simulator, startSimulator } from '@safelight/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FileLooks, type FileLooksOptions, startFileLooks } from './file-looks.ts'

const NEVER_MS = 3_600_000

let host: Simulator
let looks: FileLooks | null = null
let found = 0
/** What is asked for, in order. */
let asked: string[] = []
let isUp = true
beforeEach(async () => {
  host = await startSimulator({ dialect: '0.33.0', models: { loras: ['a.safetensors'] } })
  found = 0
  asked = []
  isUp = true
})
afterEach(async () => {
  looks?.close()
  await host.close()
})

async function start(timings: Partial<FileLooksOptions['timings']> = {}): Promise<FileLooks> {
  const client = createHostClient(host.url)
  looks = startFileLooks({
    client: {
      objectInfoOf(name, signal) {
        asked.push(name)
        return client.objectInfoOf(name, signal)
      },
    },
    timings: { filesEveryMs: NEVER_MS, filesAtLeastMs: 0, ...timings },
    clock: systemClock,
    isUp: () => isUp,
    onFound: () => (found += 1),
  })
  looks.replace((await client.objectInfo()).files, 1)
  return looks
}

const isListed = ({ found: { choices } }: FileLooks, file: string) =>
  lists(choices, { className: 'LoraLoader', input: 'lora_name', file })

it('finds a file that was copied there, as soon as a job asks for it', async () => {
  const files = await start()
  host.models.add('loras', 'b.safetensors')
  expect(isListed(files, 'b.safetensors')).toBe(false)
  const before = files.found
  files.demand(['LoraLoader'])
  await expect.poll(() => isListed(files, 'b.safetensors')).toBe(true)
  expect([asked, found]).toEqual([['LoraLoader'], 1])
  // who holds what was known holds it unchanged
  expect(before.askedAt.size).toBe(0)
  expect(host.described()).toBe(1)
})

it('says that nothing was found when nothing was, and when that was', async () => {
  const files = await start()
  const since = Date.now()
  const { choices } = files.found
  files.demand(['LoraLoader'])
  await expect.poll(() => files.found.askedAt.get('LoraLoader')).toBeGreaterThanOrEqual(since)
  expect(files.found.choices).toBe(choices)
  expect(found).toBe(1)
})

it('asks once for what is demanded often', async () => {
  const files = await start({ filesAtLeastMs: NEVER_MS })
  for (let n = 0; n < 50; n += 1) files.demand(['LoraLoader', 'CheckpointLoaderSimple'])
  await expect.poll(() => files.found.askedAt.size).toBe(2)
  files.demand(['LoraLoader'])
  files.demand(['LoraLoader'])
  // the next one comes when its time has come
  expect(asked).toEqual(['LoraLoader', 'CheckpointLoaderSimple'])
})

it('notices by and by what is gone, and tells nothing as long as nothing is', async () => {
  const files = await start({ filesEveryMs: 5 })
  const classes = files.found.choices.size
  expect(classes).toBeGreaterThan(1)
  await expect.poll(() => new Set(asked).size).toBe(classes)
  expect(found).toBe(0)
  host.models.remove('loras', 'a.safetensors')
  await expect.poll(() => isListed(files, 'a.safetensors')).toBe(false)
  expect(found).toBe(1)
})

it('leaves a host alone that does not answer, and keeps what it knows when the question fails', async () => {
  isUp = false
  const files = await start({ filesEveryMs: 5 })
  files.demand(['LoraLoader'])
  isUp = true
  await host.close()
  await expect.poll(() => asked.length).toBeGreaterThan(1)
  expect(isListed(files, 'a.safetensors')).toBe(true)
  expect(found).toBe(0)
})
