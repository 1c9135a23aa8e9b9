import { expect, it } from 'vitest'
import { assetIdOf, promptIdOf } from './derived-id.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const file = { node_id: '9', filename: 'a.png', subfolder: '', type: 'output' }

it('derives the same promptId for the same attempt, in every process', () => {
  expect(promptIdOf('job-1', 1)).toBe(promptIdOf('job-1', 1))
  // pinned: a successor of another version must find what this one submitted
  expect(promptIdOf('job-1', 1)).toBe('3d2111db-cab9-8c13-be4e-8b11976f3940')
})

it('derives a canonical lowercase UUID, which newer hosts insist on', () => {
  for (let attempt = 1; attempt <= 50; attempt += 1) {
    expect(promptIdOf('job-1', attempt)).toMatch(UUID)
  }
})

it('derives another promptId for another attempt or another job', () => {
  const ids = [promptIdOf('job-1', 1), promptIdOf('job-1', 2), promptIdOf('job-11', 1)]
  expect(new Set(ids).size).toBe(3)
})

it('derives asset ids from what makes a file: job, node, folder, name and type', () => {
  const ids = [
    assetIdOf('job-1', file),
    assetIdOf('job-2', file),
    assetIdOf('job-1', { ...file, node_id: '8' }),
    assetIdOf('job-1', { ...file, subfolder: 'x' }),
    assetIdOf('job-1', { ...file, filename: 'b.png' }),
    assetIdOf('job-1', { ...file, type: 'temp' }),
    promptIdOf('job-1', 1),
  ]
  expect(new Set(ids).size).toBe(ids.length)
  expect(assetIdOf('job-1', { ...file })).toBe(ids[0])
})
