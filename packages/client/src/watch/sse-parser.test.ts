import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFrameParser } from './sse-parser.ts'

const STREAM =
  'retry: 2000\n\n: keep-alive\n\nid: 7\nevent: event\ndata: {"a":1}\n\n' +
  'event: preview\r\ndata: one\r\ndata: two\r\n\r\ndata:bare\n\ndata\n\n'
const FRAMES = [
  { id: '7', event: 'event', data: '{"a":1}' },
  { id: null, event: 'preview', data: 'one\ntwo' },
  { id: null, event: 'message', data: 'bare' },
  { id: null, event: 'message', data: '' },
]

it('reads the same frames however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 12 }), (cuts) => {
      const parse = createFrameParser()
      const at = [0, ...cuts.toSorted((a, b) => a - b), STREAM.length]
      const pieces = at.slice(1).map((end, n) => STREAM.slice(at[n], end))
      expect(pieces.flatMap((piece) => parse(piece))).toEqual(FRAMES)
    }),
  )
})

it('keeps a frame that is not complete for later', () => {
  const parse = createFrameParser()
  expect(parse('data: half')).toEqual([])
  expect(parse(' and half\n')).toEqual([])
  expect(parse('\n')).toEqual([{ id: null, event: 'message', data: 'half and half' }])
})
