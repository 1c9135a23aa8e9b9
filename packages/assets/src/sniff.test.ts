import { expect, it } from 'vitest'
import { sniff, toKind } from './sniff.ts'

const ascii = (text: string) => Buffer.from(text, 'latin1')
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

it.each([
  [hex('89504e470d0a1a0a 0000000d 49484452'), 'image/png', 'image'],
  [hex('ffd8ffe0 0010 4a464946 0001'), 'image/jpeg', 'image'],
  [ascii('GIF89a\x01\x00\x01\x00'), 'image/gif', 'image'],
  [ascii('RIFF\x24\x00\x00\x00WEBPVP8 '), 'image/webp', 'image'],
  [ascii('RIFF\x24\x00\x00\x00WAVEfmt '), 'audio/wav', 'audio'],
  [ascii('BM\x36\x00\x0c\x00\x00\x00\x00\x006\x00\x00\x00\x28\x00\x00\x00'), 'image/bmp', 'image'],
  [ascii('II*\x00\x08\x00\x00\x00'), 'image/tiff', 'image'],
  [ascii('MM\x00*\x00\x00\x00\x08'), 'image/tiff', 'image'],
  [ascii('\x00\x00\x00\x1cftypavif\x00\x00\x00\x00'), 'image/avif', 'image'],
  [ascii('\x00\x00\x00\x20ftypisom\x00\x00\x02\x00'), 'video/mp4', 'video'],
  [ascii('\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00'), 'video/quicktime', 'video'],
  [ascii('\x00\x00\x00\x1cftypM4A \x00\x00\x02\x00'), 'audio/mp4', 'audio'],
  [hex('1a45dfa3 9f 4286810142f7810142f2810442f381084282847765626d'), 'video/webm', 'video'],
  [
    hex('1a45dfa3 a3 4286810142f7810142f2810442f3810842828861746f736b61'),
    'video/x-matroska',
    'video',
  ],
  [ascii('OggS\x00\x02' + '\x00'.repeat(22) + '\x01vorbis'), 'audio/ogg', 'audio'],
  [ascii('OggS\x00\x02' + '\x00'.repeat(22) + '\x80theora'), 'video/ogg', 'video'],
  [ascii('ID3\x04\x00\x00'), 'audio/mpeg', 'audio'],
  [hex('fffb9064 00'), 'audio/mpeg', 'audio'],
  [ascii('fLaC\x00\x00\x00\x22'), 'audio/flac', 'audio'],
  [ascii('glTF\x02\x00\x00\x00'), 'model/gltf-binary', 'file'],
] as const)('tells what begins with %o', (head, contentType, type) => {
  expect(sniff(head)).toEqual({ contentType, type })
  // whatever it is called
  expect(toKind(head, { declared: 'text/html', name: 'a.html' })).toEqual({ contentType, type })
})

it('does not take texts and beginnings of nothing for media', () => {
  for (const text of ['', 'B', 'BMW is a maker of cars, not a picture', 'RIFF', 'II*', 'hello']) {
    expect(sniff(ascii(text))).toBeNull()
  }
})

it.each([
  // [bytes, declared, name, what it is]
  ['{"a":1}', 'application/octet-stream', 'a.json', 'application/json', 'text'],
  ['{"a":1}', 'application/json; charset=utf-8', 'a', 'application/json', 'text'],
  ['a cat', 'text/plain', 'a.txt', 'text/plain', 'text'],
  ['a\0cat', 'text/plain', 'a.txt', 'application/octet-stream', 'file'],
  ['\x08\0\0\0\0\0\0\0{"latent', 'x/y', 'a.latent', 'application/octet-stream', 'latent'],
  ['v 1 0 0', 'model/obj', 'a.obj', 'model/obj', 'file'],
  ['not a picture', 'image/png', 'a.png', 'application/octet-stream', 'file'],
  ['<script>', 'text/html', 'a.html', 'application/octet-stream', 'file'],
  ['<svg onload=x>', 'image/svg+xml', 'a.svg', 'application/octet-stream', 'file'],
  ['alert(1)', 'application/javascript', 'a.js', 'application/octet-stream', 'file'],
  ['<a/>', 'application/xhtml+xml', 'a', 'application/octet-stream', 'file'],
  ['', '', '', 'application/octet-stream', 'file'],
  ['x', 'what is this', 'a', 'application/octet-stream', 'file'],
  ['x', `a/${'b'.repeat(200)}`, 'a', 'application/octet-stream', 'file'],
])(
  'takes %j, said to be %j and called %j, for %s',
  (...[bytes, declared, name, contentType, type]) => {
    expect(toKind(ascii(bytes), { declared, name })).toEqual({ contentType, type })
  },
)
