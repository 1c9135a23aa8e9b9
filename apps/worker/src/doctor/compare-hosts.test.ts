import { expect, it } from 'vitest'
import { compareHosts } from './compare-hosts.ts'
import type { SeenHost } from './look-at-host.ts'

function seen(hostId: string, over: { classes?: string[]; models?: string[] } = {}): SeenHost {
  const { classes = [], models = [] } = over
  const names = new Set(models)
  return {
    hostId,
    labels: [],
    version: '0.33.0',
    devices: 1,
    clockMs: 0,
    previews: true,
    classes: Object.fromEntries(
      classes.map((name) => [name, { output: false, outputs: 1, required: [] }]),
    ),
    files: new Map([
      [
        'Loader',
        new Map([
          ['ckpt_name', { names, strict: true }],
          ['image', { names: new Set([`${hostId}.png`]), strict: false, uploads: true as const }],
        ]),
      ],
    ]),
  }
}
const found = (...hosts: SeenHost[]) =>
  compareHosts(hosts).map(({ verdict, found: what }) => `${verdict} ${what}`)

it('hosts that are alike are fine, whatever was uploaded to them', () => {
  const both = { classes: ['A', 'B'], models: ['x'] }
  expect(found(seen('one', both), seen('two', both))).toEqual([
    'ok none that serves the same pool differs',
  ])
})

it('what only some have is named, the first of it', () => {
  expect(
    found(
      seen('one', { classes: ['A', 'B'], models: ['x'] }),
      seen('two', { classes: ['A'], models: ['v', 'w', 'x', 'y', 'z'] }),
    ),
  ).toEqual([
    "warn only some have these node classes: 'B'",
    "warn only some have these files in lists of models: 'v', 'w', 'y' and 1 more",
  ])
})

it('names of hosts are short and stay on their line', () => {
  const evil = `\u001b[2J\nok    host gpu-1 ${'x'.repeat(5_000)}`
  const [said = ''] = found(seen('one', { classes: [evil] }), seen('two'))
  expect(said).not.toMatch(/\p{Cc}/u)
  expect(said.length).toBeLessThan(200)
})
