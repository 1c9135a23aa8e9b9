import { expect, it } from 'vitest'
import { createFileStore, type StoredFile, type NextName } from './file-store.ts'

const file = (filename: string, subfolder = ''): StoredFile => ({
  filename,
  subfolder,
  type: 'output',
})
const next = (prefix: string): NextName => ({
  prefix,
  extension: 'png',
  type: 'output',
  width: 8,
  height: 4,
})

it('makes what is read, not what is only written, and once for readers that come together', async () => {
  const files = createFileStore()
  let made = 0
  const make = async () => Buffer.from(`bytes ${made++}`)
  files.write(file('a.png'), make)
  files.write(file('b.png'), make)
  expect([files.has(file('a.png')), files.has(file('c.png')), made]).toEqual([true, false, 0])
  const [first, second] = await Promise.all([files.read(file('a.png')), files.read(file('a.png'))])
  expect([String(first), String(second), made]).toEqual(['bytes 0', 'bytes 0', 1])
  expect(files.read(file('c.png'))).toBeUndefined()
})

it('makes bytes again that were let go, or could not be made', async () => {
  const files = createFileStore()
  let failures = 1
  files.write(file('a.png'), async () => {
    if (failures-- > 0) throw new Error('not yet')
    return Buffer.from('a')
  })
  await expect(files.read(file('a.png'))).rejects.toThrow('not yet')
  expect(String(await files.read(file('a.png')))).toBe('a')
  for (let other = 0; other < 40; other++) {
    files.write(file(`${other}.png`), async () => Buffer.from('b'))
    await files.read(file(`${other}.png`))
  }
  expect(String(await files.read(file('a.png')))).toBe('a')
  expect(failures).toBe(-2)
})

it('knows a file that was written anew by its fingerprint, without making it', () => {
  const files = createFileStore()
  const never = () => Promise.reject(new Error('nobody reads it'))
  files.write(file('a.png'), never)
  const first = files.fingerprint(file('a.png'))
  expect(files.fingerprint(file('a.png'))).toBe(first)
  files.write(file('a.png'), () => never())
  expect(files.fingerprint(file('a.png'))).not.toBe(first)
  files.write(file('b.png'), Buffer.from('same'))
  files.write(file('c.png'), Buffer.from('same'))
  expect(files.fingerprint(file('b.png'))).toBe(files.fingerprint(file('c.png')))
  expect(files.fingerprint(file('d.png'))).toBeUndefined()
})

it('counts on from the highest number under a prefix, per folder', () => {
  const files = createFileStore()
  const save = (prefix: string): string => {
    const item = files.nextName(next(prefix))
    files.write(item, Buffer.alloc(0))
    return `${item.subfolder}/${item.filename}`
  }
  expect([save('a'), save('a'), save('a_b'), save('x/a'), save('x/')]).toEqual([
    '/a_00001_.png',
    '/a_00002_.png',
    '/a_b_00001_.png',
    'x/a_00001_.png',
    '/x_00001_.png',
  ])
  files.write(file('a_00041_.webp'), Buffer.alloc(0))
  files.write(file('a_00050.png'), Buffer.alloc(0))
  expect([save('a'), save('%width%x%height%')]).toEqual(['/a_00042_.png', '/8x4_00001_.png'])
  files.empty('output')
  expect(save('a')).toBe('/a_00001_.png')
  expect(() => save('../a')).toThrow('outside the output folder')
})

it('holds so many files that nodes made and no more, nor what they were counted by', () => {
  const files = createFileStore(3)
  const save = (prefix: string): string => {
    const item = files.nextName(next(prefix))
    files.write(item, Buffer.alloc(0))
    return item.filename
  }
  for (let n = 0; n < 100; n++) save('a')
  expect(files.list('output')).toEqual(['a_00098_.png', 'a_00099_.png', 'a_00100_.png'])
  for (let n = 0; n < 3; n++) save('b')
  expect(files.list('output')).toEqual(['b_00001_.png', 'b_00002_.png', 'b_00003_.png'])
  expect(save('a')).toBe('a_00001_.png')
  for (let n = 0; n < 5; n++) files.write({ ...file(`${n}.png`), type: 'input' }, Buffer.alloc(0))
  expect(files.list('input')).toHaveLength(5)
})
