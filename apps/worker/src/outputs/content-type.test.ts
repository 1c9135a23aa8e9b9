import { expect, it } from 'vitest'
import { toContentType } from './content-type.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const MP4 = Buffer.from('\0\0\0\x20ftypisom\0\0\x02\0', 'latin1')
const WORDS = Buffer.from('just words')

it.each([
  ['a.png', PNG, 'image', 'image/png'],
  // whatever it is called
  ['a.html', PNG, 'image', 'image/png'],
  ['clip_00001.mp4', MP4, 'video', 'video/mp4'],
  ['a.txt', WORDS, 'text', 'text/plain; charset=utf-8'],
  ['a.md', WORDS, 'text', 'text/plain; charset=utf-8'],
  ['a.JSON', WORDS, 'text', 'application/json'],
  ['a.glb', Buffer.from('glTF'), 'file', 'model/gltf-binary'],
  ['a.latent', WORDS, 'latent', 'application/octet-stream'],
] as const)('%s is what its bytes are: %s', (...given) => {
  const [name, head, type, contentType] = given
  expect(toContentType(head, name)).toEqual({ type, contentType })
})

it.each(['a.html', 'a.svg', 'a.js', 'a.xml', 'a.png', 'a.mp4', 'a', 'png', 'a.constructor', ''])(
  'treats words that are called %j as a plain file: a browser must not run it',
  (name) => {
    expect(toContentType(Buffer.from('<script>'), name)).toEqual({
      type: 'file',
      contentType: 'application/octet-stream',
    })
  },
)
