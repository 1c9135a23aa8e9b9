/** What a host has, in short words. */
import { expect, it } from 'vitest'
import { toGib, toModelName } from './host-card.tsx'

it.each([
  ['SDXL/sd_xl_base_1.0.safetensors', 'sd_xl_base_1.0'],
  ['loras\\film.SAFETENSORS', 'film'],
  ['flux1-dev-Q4_K.gguf', 'flux1-dev-Q4_K'],
  ['v1.5', 'v1.5'],
])('calls %s %s', (file, name) => {
  expect(toModelName(file)).toBe(name)
})

it('measures memory in GiB', () => {
  expect(toGib(25_769_803_776)).toBe('24')
  expect(toGib(5_153_960_756)).toBe('4.8')
})
