import { jsonBytes } from '@safelight/shared'
import { expect, it } from 'vitest'
import { addWarnings, toBlockedWarning, toDroppedWarnings } from './warnings.ts'

const problem = (message: string, details = '') => ({ type: 't', message, details, extra_info: {} })

it('says of each dropped output why, on one line and without paths', () => {
  const nodeErrors = {
    '7': {
      class_type: 'SaveImage',
      dependent_outputs: [],
      errors: [problem('No such\nfile', '/srv/secret/x.pt')],
    },
    '8': { class_type: 'SaveImage', dependent_outputs: [], errors: [] },
  }
  expect(toDroppedWarnings(nodeErrors)).toEqual([
    { code: 'output_dropped', node_id: '7', message: 'No such file: x.pt' },
    { code: 'output_dropped', node_id: '8', message: 'SaveImage is not valid' },
  ])
})

it('stays small however much a host has to say, and counts the rest', () => {
  const errors = Array.from({ length: 1_000 }, () => problem('x'.repeat(10_000)))
  const nodeErrors = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, n) => [
      `${n}`,
      { class_type: 'A', dependent_outputs: [], errors },
    ]),
  )
  const warnings = addWarnings([], toDroppedWarnings(nodeErrors))
  expect(warnings).toHaveLength(50)
  expect(warnings.at(-1)).toMatchObject({ node_id: null, message: '… and 951 more' })
  expect(jsonBytes(warnings)).toBeLessThan(32_000)
})

it('bounds what a node says that blocks on purpose', () => {
  const long = 'x'.repeat(1_000_000)
  const warning = toBlockedWarning({
    nodeId: long,
    nodeType: long,
    exceptionType: 'ExecutionBlocked',
    message: long,
    traceback: [],
  })
  expect(jsonBytes(warning)).toBeLessThan(1_000)
})
