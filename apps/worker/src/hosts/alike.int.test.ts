import { createHostClient } from '@safelight/comfyui'
import { startSimulator } from '@safelight/simulator'
import { expect, it, onTestFinished } from 'vitest'
import { createAlike } from './alike.ts'

it('holds what two hosts can run once, and keeps hosts apart that differ', async () => {
  const { sharing } = createAlike()
  const [one, same, other] = await Promise.all(
    (['0.33.0', '0.33.0', '0.3.34'] as const).map(async (dialect) => {
      const host = await startSimulator({ dialect })
      onTestFinished(() => host.close())
      return (await sharing(createHostClient(host.url)).objectInfo()).classes
    }),
  )
  expect(one).toHaveProperty('KSampler.inputs.steps.type', 'INT')
  expect(same).toBe(one)
  expect(other).not.toEqual(one)
})
