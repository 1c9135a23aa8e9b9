/** What a host has, in short words. */
import type { HostView } from '@safelight/shared'
import { newHostView } from '@safelight/testkit'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Router } from 'wouter'
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

function show(over: Partial<HostView>): string {
  const fleet = { drain: async () => {}, resume: async () => {} }
  const host = newHostView(over)
  const card = createElement(HostCard, { host, fleet, now: 0 })
  return renderToStaticMarkup(createElement(Router, { ssrPath: '/', children: card }))
}

it('shows what a host is for, if the list says so', () => {
  const labels = ['fast', 'sdxl']
  expect(show({ labels })).toContain('aria-label="Labels"><li>fast</li><li>sdxl</li></ul>')
  expect(show({ labels: [] })).not.toContain('Labels')
})

it('shows whose outputs are still fetched from a drained host, and when it may be shut down', () => {
  const collecting = ['a', 'b', 'c', 'd', 'e']
  const texts = (html: string) => html.replaceAll(/<[^>]+>/g, '')
  const drain = { reason: null, since: '2026-01-01T12:00:00.000Z' }
  const drained = { state: 'draining', drain } as const
  const left = show({ ...drained, collecting })
  expect(texts(left)).toContain('Outputs still fetched from here: a, b, c and 2 more')
  expect(left).toContain('href="/jobs/b"')
  expect(show({ collecting })).not.toContain('fetched')
  expect(show(drained)).toContain('it may be shut down')
  for (const html of [left, show({})]) expect(html).not.toContain('it may be shut down')
})
