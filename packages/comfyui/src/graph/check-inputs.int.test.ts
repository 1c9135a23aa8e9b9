/** Our verdict on changed graphs beside that of a host, in dialects of every age: never stricter, and rarely more lenient. */
import { startSimulator } from '@safelight/simulator'
import type { Workflow } from '@safelight/shared'
import { expect, it, onTestFinished } from 'vitest'
import { createHostClient } from '../client/create-host-client.ts'
import { PromptRejected } from '../errors.ts'
import { checkWorkflow } from './check-workflow.ts'
import { judgeInputs } from './check-inputs.ts'

const WORKFLOW: Workflow = {
  '1': { class_type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color: 0 } },
  '2': {
    class_type: 'ImageScale',
    inputs: {
      image: ['1', 0],
      upscale_method: 'bilinear',
      width: 16,
      height: 16,
      crop: 'disabled',
    },
  },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'a' } },
  '4': {
    class_type: 'CheckpointLoaderSimple',
    inputs: { ckpt_name: 'sd_xl_base_1.0.safetensors' },
  },
  '5': { class_type: 'EmptyLatentImage', inputs: { width: 16, height: 16, batch_size: 1 } },
  '6': { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['4', 2] } },
  '7': { class_type: 'SaveImage', inputs: { images: ['6', 0], filename_prefix: 'b' } },
}
const VALUES: unknown[] = [null, 'abc', '7', -1, 1e9, { __value__: 7 }, [1], ['1', 0], ['5', 0]]

/** Each input in turn with each value, and without it; alone, and where another output has a fault. */
function* changed(): Generator<Workflow> {
  for (const [id, { inputs }] of Object.entries(WORKFLOW)) {
    for (const input of Object.keys(inputs)) {
      for (const value of [...VALUES, undefined]) {
        for (const isOtherBroken of [false, true]) {
          const workflow = structuredClone(WORKFLOW)
          const node = workflow[id]
          if (node && value === undefined) delete node.inputs[input]
          else if (node) node.inputs[input] = value
          if (isOtherBroken) delete workflow[Number(id) > 3 ? '3' : '7']?.inputs['images']
          yield workflow
        }
      }
    }
  }
}

it.each(['0.3.34', '0.3.64', '0.33.0', '0.45'] as const)(
  'refuses what a host of %s refuses, and nothing else',
  async (dialect) => {
    const host = await startSimulator({ dialect, speed: Infinity })
    onTestFinished(() => host.close())
    const client = createHostClient(host.url)
    const { classes } = await client.objectInfo()
    const counts = { both: 0, neither: 0, hostAlone: 0 }
    for (const workflow of changed()) {
      if (!checkWorkflow(workflow, { classes }).ok) continue
      const { outputs, good } = judgeInputs(workflow, classes)
      const promptId = crypto.randomUUID()
      const answer = await client
        .submit({ workflow, clientId: promptId, promptId })
        .catch((error: unknown) => {
          if (error instanceof PromptRejected) return error
          throw error
        })
      const isRefused = answer instanceof PromptRejected
      const dropped = Object.values(answer.nodeErrors).flatMap((node) => node.dependent_outputs)
      const runs = isRefused ? [] : outputs.filter((id) => !dropped.includes(id))
      // what the host runs, we must not drop
      expect(runs.filter((id) => !good.includes(id))).toEqual([])
      if (!isRefused) counts.neither += 1
      else if (good.length === 0) counts.both += 1
      else counts.hostAlone += 1
    }
    expect(counts.both).toBeGreaterThan(100)
    expect(counts.neither).toBeGreaterThan(100)
    // names of models: those are looked for by others
    expect(counts.hostAlone).toBeLessThan(40)
  },
)
