/** A small MP4 file of motion JPEG: every picture a frame. */
import type { JpegFrames } from './jpeg-frames.ts'

const TIMESCALE = 1000

export function encodeMp4({ width, height, fps, frames }: JpegFrames): Buffer {
  const frameTime = Math.max(1, Math.round(TIMESCALE / fps))
  const duration = frameTime * frames.length
  const brand = box('ftyp', text('isom'), u32(512), text('isommp41'))
  const sampleTable = (offset: number): Buffer =>
    box(
      'stbl',
      box('stsd', u32(0, 1), sampleEntry(width, height)),
      box('stts', u32(0, 1, frames.length, frameTime)),
      box('stsc', u32(0, 1, 1, frames.length, 1)),
      box('stsz', u32(0, 0, frames.length, ...frames.map((frame) => frame.length))),
      box('stco', u32(0, 1, offset)),
    )
  const movie = (offset: number): Buffer =>
    box(
      'moov',
      box(
        'mvhd',
        u32(0, 0, 0, TIMESCALE, duration, 0x10000, 0x01000000, 0, 0),
        MATRIX,
        u32(0, 0, 0, 0, 0, 0, 2),
      ),
      box(
        'trak',
        box(
          'tkhd',
          u32(7, 0, 0, 1, 0, duration, 0, 0, 0, 0),
          MATRIX,
          u32(width << 16, height << 16),
        ),
        box(
          'mdia',
          box('mdhd', u32(0, 0, 0, TIMESCALE, duration, 0x55c40000)),
          box('hdlr', u32(0, 0), text('vide'), u32(0, 0, 0), text('video\0')),
          box(
            'minf',
            box('vmhd', u32(1, 0, 0)),
            box('dinf', box('dref', u32(0, 1), box('url ', u32(1)))),
            sampleTable(offset),
          ),
        ),
      ),
    )
  const offset = brand.length + movie(0).length + 8
  return Buffer.concat([brand, movie(offset), box('mdat', ...frames)])
}

const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)

function sampleEntry(width: number, height: number): Buffer {
  const entry = Buffer.alloc(78)
  entry.writeUInt16BE(1, 6)
  entry.writeUInt16BE(width, 24)
  entry.writeUInt16BE(height, 26)
  entry.writeUInt32BE(0x480000, 28)
  entry.writeUInt32BE(0x480000, 32)
  entry.writeUInt16BE(1, 40)
  entry.writeUInt16BE(24, 74)
  entry.writeInt16BE(-1, 76)
  return box('jpeg', entry)
}

function box(name: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([u32(body.length + 8), text(name), body])
}

function u32(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => {
    buffer.writeUInt32BE(value, index * 4)
  })
  return buffer
}

function text(value: string): Buffer {
  return Buffer.from(value, 'latin1')
}
