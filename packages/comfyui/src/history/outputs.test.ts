import { expect, it } from 'vitest'
import { collectMade } from './outputs.ts'

const made = (output: unknown, reused = false) =>
  collectMade({ nodeId: '7', runtimeId: '7', output, reused })

it('takes no name for a file that no file system has', () => {
  const file = (filename: string, subfolder = '') => ({ filename, subfolder, type: 'output' })
  const { files } = made({
    images: [
      file('a'.repeat(255)),
      file('a'.repeat(256)),
      file(`${'b/'.repeat(1_000)}c.png`),
      file('d/'.repeat(10_000)),
      file('e.png', 's'.repeat(10_000)),
    ],
  })
  expect(files.map(({ filename, subfolder }) => [filename.length, subfolder])).toEqual([
    [255, ''],
    [2_005, ''],
    [5, ''],
  ])
})

it('takes what nodes show for texts, whatever it is, each with its place', () => {
  const { texts, files } = made({
    text: ['one', '', 9007199254740991, true, ['two']],
    string: 'three',
  })
  expect(files).toEqual([])
  expect(texts.map(({ index, text }) => `${index} ${text}`)).toEqual([
    '0 one',
    '1 9007199254740991',
    '2 true',
    '3 two',
    '4 three',
  ])
  expect(made({ tags: ['a'], animated: [false], prompt: 'b' }).texts).toEqual([])
})

it('shows no text beside the file that holds it', () => {
  const file = { filename: 'a_00001.txt', subfolder: '', type: 'output' }
  expect(made({ text: ['hello'], files: [file] })).toEqual({
    files: [{ node_id: '7', ...file }],
    texts: [],
  })
})

it('finds the model that an old 3D node only names, unless it is a file as well', () => {
  const guessed = { node_id: '7', type: 'output', guessed: true }
  expect(made({ result: ['models\\a.glb', null, { x: 1 }, 'bg.png'] }).files).toEqual([
    { ...guessed, filename: 'a.glb', subfolder: 'models' },
  ])
  const file = { filename: 'a.glb', subfolder: 's', type: 'output' }
  expect(made({ result: ['a.glb'], '3d': [file] }).files).toEqual([{ node_id: '7', ...file }])
})

it('keeps what a host says of its files and where they come from', () => {
  const file = { filename: 'a.mp4', subfolder: '', type: 'temp' }
  const metadata = { kind: 'video', width: 64, height: 32, duration: 1.5 }
  expect(made({ images: [{ ...file, metadata }] }, true).files).toEqual([
    { node_id: '7', ...file, reused: true, width: 64, height: 32 },
  ])
})
