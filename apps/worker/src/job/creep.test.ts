import {
  foldBeginning,
  foldProgress,
  learnCosts,
  startProgress,
  type TrackerState,
} from '@safelight/comfyui'
import { expect, it } from 'vitest'
import { createManualTime } from '../testing/manual-time.ts'
import { createCreep } from './creep.ts'

/** An upscale that took a minute before. */
function running(): TrackerState {
  const workflow = { '1': { class_type: 'Upscale', inputs: {} } }
  const learned = learnCosts(new Map([['warm\nUpscale\n\n', [{ ms: 60_000, by: 'a' }]]]))
  const begun = foldBeginning(startProgress({ workflow, outputNodes: ['1'], learned }, 0), [], 0)
  return foldProgress(begun, { type: 'executing', promptId: 'p', node: '1', displayNode: '1' }, 0)
}

function open() {
  const { clock, pass, pending } = createManualTime()
  let tracker = running()
  const moved: TrackerState[] = []
  const creep = createCreep({
    everyMs: 1_000,
    clock,
    tracker: () => tracker,
    onMoved: (next) => {
      tracker = next
      moved.push(next)
    },
  })
  return { creep, moved, pass, pending }
}

it('moves the bar once a second while its host is quiet, and its estimate with it', () => {
  const { creep, moved, pass } = open()
  creep.heard()
  pass(30_000)
  expect(moved).toHaveLength(30)
  expect(moved.at(-1)?.progress.value).toBeCloseTo(0.5, 1)
  expect(moved.at(-1)?.progress.eta_ms).toBe(30_000)
})

it('says nothing any more once the bar stands: long before the end, however long it takes', () => {
  const { creep, moved, pass } = open()
  creep.heard()
  pass(600_000)
  expect(moved.length).toBeLessThan(100)
  expect(moved.at(-1)?.progress.value).toBeLessThan(0.97)
})

it('waits anew after each word, and ends when it is closed', () => {
  const { creep, moved, pass, pending } = open()
  for (let n = 0; n < 10; n += 1) {
    creep.heard()
    pass(500)
  }
  expect(moved).toEqual([])
  creep.close()
  expect(pending()).toBe(0)
})
