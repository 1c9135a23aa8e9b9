import { expect, it } from 'vitest'
import { toInputName } from './input-name.ts'

const hash = `blake3:${'0123456789abcdef'.repeat(4)}`
const nameOf = (content_type: string, name = 'input.png') =>
  toInputName({ hash, content_type, name })

it('is made of the content and of what it is, never of what it is called', () => {
  expect(nameOf('image/jpeg')).toBe('safelight-0123456789abcdef0123456789abcdef.jpg')
  expect(nameOf('IMAGE/PNG; charset=x', '../../etc/passwd')).toMatch(
    /^safelight-[0-9a-f]{32}\.png$/,
  )
})

it.each([
  ['image/heif', 'IMG_1', 'heif'],
  ['video/ogg', 'clip', 'ogv'],
  ['application/octet-stream', 'model.SPZ', 'spz'],
  ['application/octet-stream', 'no ending', 'bin'],
  ['application/octet-stream', 'x.a/../b', 'bin'],
  ['application/octet-stream', 'x.png [output]', 'bin'],
  ['constructor', 'x.mid', 'mid'],
])('of %s called %s ends in %s', (contentType, name, ending) => {
  expect(nameOf(contentType, name).split('.')).toEqual([expect.any(String), ending])
})
