import sharp from 'sharp'
import { expect, it } from 'vitest'
import { filmOf } from './films.ts'

it('has twelve frames as an animated WebP', async () => {
  const frames = { width: 192, pageHeight: 128, pages: 12, format: 'webp' }
  expect(await sharp(filmOf('webp'), { animated: true }).metadata()).toMatchObject(frames)
})

it('is whole as MP4: its boxes fill the file', () => {
  const film = filmOf('mp4')
  const boxes: string[] = []
  for (let at = 0; at < film.length; at += film.readUInt32BE(at)) {
    boxes.push(film.toString('latin1', at + 4, at + 8))
  }
  expect(boxes).toEqual(expect.arrayContaining(['ftyp', 'moov', 'mdat']))
  expect(boxes[0]).toBe('ftyp')
})

it('is a WebM with a VP9 track', () => {
  const film = filmOf('webm')
  expect(film.readUInt32BE(0)).toBe(0x1a45dfa3)
  expect(film.includes('webm') && film.includes('V_VP9')).toBe(true)
})
