import type { FileItem } from '@safelight/comfyui'
import { jsonBytes, OUTPUTS_MAX, OUTPUTS_MAX_BYTES } from '@safelight/shared'
import { expect, it } from 'vitest'
import { chooseOutputs } from './choose-outputs.ts'

const file = (filename: string, extra: Partial<FileItem> = {}): FileItem => ({
  node_id: '9',
  filename,
  subfolder: '',
  type: 'output',
  ...extra,
})
const namesOf = (listed: FileItem[]) =>
  [...chooseOutputs('j', listed).files.values()].map(({ filename }) => filename)

it('takes what the job made, each once, in the order of the host', () => {
  const listed = [file('b'), file('a', { type: 'temp' }), file('b'), file('in', { type: 'input' })]
  expect(namesOf(listed)).toEqual(['b', 'a'])
  expect(chooseOutputs('j', listed).more).toBe(0)
})

it('takes the first ones of too many, and counts the rest once each', () => {
  const listed = Array.from({ length: 50_000 }, (_, n) => file(`${n}.png`))
  const { files, more } = chooseOutputs('j', [...listed, ...listed])
  expect([...files.values()]).toEqual(listed.slice(0, OUTPUTS_MAX))
  expect(more).toBe(50_000 - OUTPUTS_MAX)
})

it('takes fewer of those with long names: a record has a size', () => {
  const listed = Array.from({ length: OUTPUTS_MAX }, (_, n) =>
    file(`${n}${'ä'.repeat(250)}.png`, { node_id: 'ä'.repeat(200) }),
  )
  const { files, more } = chooseOutputs('j', [...listed, file('short.png')])
  expect(files.size).toBeGreaterThan(100)
  expect(jsonBytes([...files.values()])).toBeLessThan(OUTPUTS_MAX_BYTES)
  expect(files.size + more).toBe(OUTPUTS_MAX + 1)
  expect([...files.values()].some(({ filename }) => filename === 'short.png')).toBe(false)
})
