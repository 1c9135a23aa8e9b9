import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { likeIt, nearNames } from './near-names.ts'

it('a slip of the hand is seen through, the nearest first', () => {
  const known = ['sdxl', 'flux', 'flux-dev', 'video-long', 'upscale']
  expect(nearNames('fluxx', known)).toEqual(['flux'])
  expect(nearNames('Flux', known)).toEqual(['flux'])
  expect(nearNames('slxd', ['sdxl'])).toEqual([])
  expect(nearNames('sdlx', known)).toEqual(['sdxl'])
  expect(nearNames('flux_dev', known)).toEqual(['flux-dev'])
  expect(nearNames('vidoe-lomg', known)).toEqual(['video-long'])
  expect(nearNames('upscaler2', ['upscale', 'upscaler'])).toEqual(['upscaler', 'upscale'])
})

it('what is another word is not, nor the name itself, nor more than three', () => {
  expect(nearNames('gpu', ['flux', 'sdxl', ''])).toEqual([])
  expect(nearNames('a', ['b'])).toEqual([])
  expect(nearNames('flux', ['flux'])).toEqual([])
  expect(nearNames('gpu-0', ['gpu-4', 'gpu-3', 'gpu-1', 'gpu-2', 'gpu-2'])).toEqual([
    'gpu-1',
    'gpu-2',
    'gpu-3',
  ])
})

it('is said at the end of a sentence, on its line', () => {
  expect(likeIt('fluxx', ['flux', 'fluxy'])).toBe("; like it: 'flux', 'fluxy'")
  expect(likeIt('flux-dev', ['flux\u001b\ndev'])).toBe("; like it: 'flux dev'")
  expect(likeIt('gpu', ['flux'])).toBe('')
})

it('names of any length, and however many, take no time', () => {
  const many = Array.from({ length: 1_000_000 }, (_, at) => `gpu-${at}`)
  const startedAt = performance.now()
  expect(nearNames('x'.repeat(1_000_000), ['x'.repeat(999_999)])).toEqual([])
  expect(nearNames('gpu-x', many).length).toBeLessThanOrEqual(3)
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})

it('one change of any name is a slip, whichever it is', () => {
  const name = fc.stringMatching(/^[a-z0-9._-]{3,64}$/)
  fc.assert(
    fc.property(name, fc.nat(63), fc.constantFrom('drop', 'add', 'change'), (text, at, how) => {
      const place = at % text.length
      const [head, tail] = [text.slice(0, place), text.slice(place + 1)]
      const slip = {
        drop: head + tail,
        add: `${head}Q${text.slice(place)}`,
        change: `${head}Q${tail}`,
      }
      expect(nearNames(slip[how], [text])).toEqual([text])
    }),
  )
})
