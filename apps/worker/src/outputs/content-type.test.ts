import { expect, it } from 'vitest'
import { toContentType } from './content-type.ts'

it.each([
  ['ComfyUI_00001_.png', 'image', 'image/png'],
  ['a.JPG', 'image', 'image/jpeg'],
  ['clip_00001.mp4', 'video', 'video/mp4'],
  ['a.webm', 'video', 'video/webm'],
  ['a.flac', 'audio', 'audio/flac'],
  ['a.txt', 'text', 'text/plain; charset=utf-8'],
  ['a.glb', 'file', 'model/gltf-binary'],
  ['a.latent', 'latent', 'application/octet-stream'],
])('%s is %s, %s', (filename, type, contentType) => {
  expect(toContentType(filename)).toEqual({ type, contentType })
})

it.each(['a.html', 'a.svg', 'a.js', 'a.xml', 'a', 'png', 'a.constructor', ''])(
  'treats %j as a plain file: a browser must not run it',
  (filename) => {
    expect(toContentType(filename)).toEqual({
      type: 'file',
      contentType: 'application/octet-stream',
    })
  },
)
