/** What a host says of itself goes far: into records, metrics, lists and logs. */
import { expect, it } from 'vitest'
import { parseSystemStats } from './parse-answers.ts'

const device = { name: 'gpu', type: 'cuda', vram_total: 1, vram_free: 1 }
const read = (version: string, devices: unknown[]) =>
  parseSystemStats({ system: { comfyui_version: version }, devices })

it('a version and names of devices are one short line each, whatever the host says', () => {
  const evil = '\u001b[31m\u009b2J\n{"level":"fatal"}\0'
  const stats = read(`0.33.0${evil}${'v'.repeat(100_000)}`, [
    { ...device, name: evil + 'd'.repeat(100_000), type: 't'.repeat(100_000) },
  ])
  const told = [stats?.version, stats?.devices[0]?.name, stats?.devices[0]?.type]
  for (const text of told) {
    expect(text?.length).toBeLessThanOrEqual(200)
    expect(text).not.toMatch(/\p{Cc}/u)
  }
  expect(stats?.version).toMatch(/^0\.33\.0/)
})

it('a host has no more devices than a machine can hold', () => {
  expect(
    read(
      '0.33.0',
      Array.from({ length: 100_000 }, () => device),
    )?.devices,
  ).toHaveLength(64)
})

it('bytes that no machine has are not known', () => {
  const odd = { ...device, vram_total: 1e308, vram_free: -5 }
  expect(read('0.33.0', [odd, device])?.devices).toMatchObject([
    { vramTotal: null, vramFree: null },
    { vramTotal: 1, vramFree: 1 },
  ])
})
