import { expect, it } from 'vitest'
import { toFeatures } from './features.ts'

it.each([
  ['0.3.34', [false, false, false, false, false]],
  ['0.3.45', [true, false, false, false, false]],
  ['0.3.57', [true, true, false, false, false]],
  ['0.3.64', [true, true, false, false, false]],
  ['0.3.77', [true, true, false, false, false]],
  ['0.6.0', [true, true, true, false, false]],
  ['0.26.0', [true, true, true, true, false]],
  ['0.33.0', [true, true, true, true, true]],
  ['v1.0.0', [true, true, true, true, true]],
  ['unknown', [false, false, false, false, false]],
])('knows what %s can do', (version, expected) => {
  const features = toFeatures(version)
  expect([
    features.callerPromptId,
    features.targetedInterrupt,
    features.jobsApi,
    features.jobCancel,
    features.checksCombos,
  ]).toEqual(expected)
})
