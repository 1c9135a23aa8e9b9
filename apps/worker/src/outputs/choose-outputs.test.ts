import type { FileItem } from '@safelight/comfyui'
import { jsonBytes, type Output, OUTPUTS_MAX, OUTPUTS_MAX_BYTES } from '@safelight/shared'
import { expect, it } from 'vitest'
import { chooseOutputs, type ListedOutputs } from './choose-outputs.ts'

const file = (filename: string, extra: Partial<FileItem> = {}): FileItem => ({
  node_id: '9',
  filename,
  subfolder: '',
  type: 'output',
  ...extra,
})
const choose = (listed: FileItem[], more: Partial<ListedOutputs> = {}) =>
  chooseOutputs('j', { listed, ...more })
const namesOf = (listed: FileItem[], more: Partial<ListedOutputs> = {}) =>
  [...choose(listed, more).files.values()].map(({ filename }) => filename)
const keptOf = (listed: FileItem[]): Output[] =>
  [...choose(listed).files].map(([id, { filename, node_id, order }]) => ({
    id,
    node_id,
    name: filename,
    type: 'image',
    content_type: 'image/png',
    size_bytes: 1,
    hash: 'blake3:x',
    expires_at: 1,
    ...(order !== undefined && { order }),
  }))

it('takes what the job made, each once, in the order of the host', () => {
  const listed = [file('b'), file('a'), file('b'), file('in', { type: 'input' })]
  expect(namesOf(listed)).toEqual(['b', 'a'])
  expect(choose(listed).more).toBe(0)
})

it('takes the first ones of too many, and counts the rest once each', () => {
  const listed = Array.from({ length: 50_000 }, (_, n) => file(`${n}.png`))
  const { files, more } = choose([...listed, ...listed])
  expect([...files.values()]).toMatchObject(listed.slice(0, OUTPUTS_MAX))
  expect(more).toBe(50_000 - OUTPUTS_MAX)
})

it('takes fewer of those with long names: a record has a size', () => {
  const listed = Array.from({ length: OUTPUTS_MAX }, (_, n) =>
    file(`${n}${'ä'.repeat(250)}.png`, { node_id: 'ä'.repeat(200) }),
  )
  const { files, more } = choose([...listed, file('short.png')])
  expect(files.size).toBeGreaterThan(100)
  expect(jsonBytes([...files.values()])).toBeLessThan(OUTPUTS_MAX_BYTES)
  expect(files.size + more).toBe(OUTPUTS_MAX + 1)
  expect([...files.values()].some(({ filename }) => filename === 'short.png')).toBe(false)
})

it('prefers what the job was for to what is only to be looked at', () => {
  const temp = Array.from({ length: OUTPUTS_MAX }, (_, n) => file(`t${n}`, { type: 'temp' }))
  const { files, more } = choose([...temp, file('a'), file('b')])
  expect([...files.values()].slice(0, 3).map(({ filename }) => filename)).toEqual(['a', 'b', 't0'])
  expect([files.size, more]).toEqual([OUTPUTS_MAX, 2])
})

it('leaves out what is on record, and what that leaves no room for', () => {
  const listed = Array.from({ length: OUTPUTS_MAX + 5 }, (_, n) => file(`${n}.png`))
  const kept = keptOf(listed.slice(3, 10))
  const { files, more } = choose(listed, { kept })
  expect(files.size).toBe(OUTPUTS_MAX - 7)
  expect(more).toBe(5)
  expect([...files.keys()].some((id) => kept.some((output) => output.id === id))).toBe(false)
})

it('places outputs as the nodes stand in the graph, then as the node lists them, previews last', () => {
  const places = new Map([
    ['30', 0],
    ['4', 1],
  ])
  const listed = [
    file('p', { node_id: '30', type: 'temp' }),
    file('a', { node_id: '4' }),
    file('b', { node_id: '4' }),
    file('c', { node_id: '30' }),
  ]
  const { files } = choose(listed, { places })
  const inOrder = [...files.values()].toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))
  expect(inOrder.map(({ filename }) => filename)).toEqual(['c', 'a', 'b', 'p'])
  // the same when the first node's were there before
  const left = choose(listed, { places, kept: keptOf([file('a', { node_id: '4' })]) })
  expect([...left.files.values()].find(({ filename }) => filename === 'b')?.order).toBe(
    [...files.values()].find(({ filename }) => filename === 'b')?.order,
  )
})

it('takes no model twice because an old node names the one that another has saved', () => {
  const named = file('m.glb', { node_id: '5', guessed: true })
  expect(namesOf([named, file('m.glb', { subfolder: '3d' })])).toEqual(['m.glb'])
  expect(namesOf([named])).toEqual(['m.glb'])
})
