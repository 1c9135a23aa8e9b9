/** deploy/systemd, as far as it can be checked without a systemd that runs. */
import { existsSync, readFileSync } from 'node:fs'
import { loadApiConfig } from '@safelight/api/config'
import { APPS } from '@safelight/image'
import { longestEndMs } from '@safelight/runtime'
import { loadWorkerConfig } from '@safelight/worker/config'
import { expect, it } from 'vitest'

const FILES = { api: 'safelight-api.service', worker: 'safelight-worker@.service' } as const

/** The last value of each key, as systemd takes most of them. */
function readUnit(app: keyof typeof FILES): Map<string, string> {
  const text = readFileSync(new URL(`../../deploy/systemd/${FILES[app]}`, import.meta.url), 'utf8')
  return new Map(
    [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
  )
}

// Object.keys is typed as string[]: these are the keys of a constant
it.each(Object.keys(APPS) as (keyof typeof APPS)[])('runs the %s of a tree, as nobody', (app) => {
  const unit = readUnit(app)
  const main = /^\/usr\/bin\/node (apps\/\w+)\/dist\/main\.js$/.exec(unit.get('ExecStart') ?? '')
  expect(main?.[1]).toBe(`apps/${app}`)
  expect(existsSync(new URL(`../../apps/${app}/src/main.ts`, import.meta.url))).toBe(true)
  expect(unit.get('User')).toBe('safelight')
  expect(unit.get('Environment')).toContain('SAFELIGHT_DATA_DIR=/var/lib/safelight')
  expect(unit.get('ProtectSystem')).toBe('strict')
  expect(unit.get('NoNewPrivileges')).toBe('yes')
  expect(unit.get('CapabilityBoundingSet')).toBe('')
})

it('is reloaded by a signal that would end it if it knew no file to read again', () => {
  const docs = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8')
  for (const app of ['api', 'worker'] as const) {
    const unit = readUnit(app)
    expect(unit.get('ExecReload')).toBe('/bin/kill -HUP $MAINPID')
    const file = /SAFELIGHT_ENV_FILE=(\S+)/.exec(unit.get('Environment') ?? '')?.[1] ?? ''
    expect(docs).toContain(`install -m 640 -g safelight -D .env.example ${file}`)
  }
})

it('waits for as long as either takes to end', () => {
  const { SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT } = loadApiConfig({})
  const { DRAIN_TIMEOUT } = loadWorkerConfig({ COMFYUI_HOSTS: 'http://gpu' })
  const waits = (app: keyof typeof FILES) => Number(readUnit(app).get('TimeoutStopSec')) * 1_000
  expect(waits('api')).toBeGreaterThan(longestEndMs(SHUTDOWN_DELAY + SHUTDOWN_TIMEOUT))
  expect(waits('worker')).toBeGreaterThan(longestEndMs(DRAIN_TIMEOUT))
})
