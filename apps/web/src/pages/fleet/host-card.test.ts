/** What a host has, in short words. */
import { newHostView } from '@safelight/testkit'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { HostCard, toGib, toModelName } from './host-card.tsx'

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

it('shows what a host is for, if the list says so', () => {
  const show = (labels: string[]) => {
    const fleet = { drain: async () => {}, resume: async () => {} }
    return renderToStaticMarkup(
      createElement(HostCard, { host: newHostView({ labels }), fleet, now: 0 }),
    )
  }
  expect(show(['fast', 'sdxl'])).toContain('aria-label="Labels"><li>fast</li><li>sdxl</li></ul>')
  expect(show([])).not.toContain('Labels')
})
