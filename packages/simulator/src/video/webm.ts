/** A small Matroska file of motion JPEG, named .webm: every picture a block. */
import type { JpegFrames } from './jpeg-frames.ts'

const VIDEO_TRACK = 1
const KEY_FRAME = 0x80

export function encodeWebm({ width, height, fps, frames }: JpegFrames): Buffer {
  const frameMs = 1000 / fps
  const header = element(
    '1a45dfa3',
    element('4286', number(1)),
    element('42f7', number(1)),
    element('42f2', number(4)),
    element('42f3', number(8)),
    element('4282', Buffer.from('matroska')),
    element('4287', number(4)),
    element('4285', number(2)),
  )
  const info = element(
    '1549a966',
    element('2ad7b1', number(1_000_000)),
    element('4489', double(frameMs * frames.length)),
    element('4d80', Buffer.from('ComfyUI')),
    element('5741', Buffer.from('ComfyUI')),
  )
  const track = element(
    'ae',
    element('d7', number(1)),
    element('73c5', number(1)),
    element('83', number(VIDEO_TRACK)),
    element('86', Buffer.from('V_MJPEG')),
    element('e0', element('b0', number(width)), element('ba', number(height))),
  )
  const blocks = frames.map((frame, index) =>
    element('a3', blockHeader(Math.round(index * frameMs)), frame),
  )
  const cluster = element('1f43b675', element('e7', number(0)), ...blocks)
  return Buffer.concat([header, element('18538067', info, element('1654ae6b', track), cluster)])
}

function blockHeader(timeMs: number): Buffer {
  const buffer = Buffer.from([0x81, 0, 0, KEY_FRAME])
  buffer.writeInt16BE(Math.min(timeMs, 0x7fff), 1)
  return buffer
}

function element(id: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const size = Buffer.alloc(8)
  size.writeUInt32BE(0x01000000, 0)
  size.writeUInt32BE(body.length, 4)
  return Buffer.concat([Buffer.from(id, 'hex'), size, body])
}

function number(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(value)
  return buffer
}

function double(value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeDoubleBE(value)
  return buffer
}
