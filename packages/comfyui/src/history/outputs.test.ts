import { expect, it } from 'vitest'
import { collectFiles } from './outputs.ts'

it('takes no name for a file that no file system has', () => {
  const file = (filename: string, subfolder = '') => ({ filename, subfolder, type: 'output' })
  const files = collectFiles('7', {
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
