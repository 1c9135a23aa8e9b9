import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadWorkerConfig } from './config.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'safelight-config-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

it('needs hosts, from one place', () => {
  const both = { COMFYUI_HOSTS: 'http://gpu', SAFELIGHT_HOSTS_FILE: 'hosts.yaml' }
  expect(() => loadWorkerConfig({})).toThrow('COMFYUI_HOSTS: must be set, or SAFELIGHT_HOSTS_FILE')
  expect(() => loadWorkerConfig(both)).toThrow(
    'COMFYUI_HOSTS: only one of it and SAFELIGHT_HOSTS_FILE may be set',
  )
})

it('names a problem of the hosts beside those of other settings', () => {
  expect(() => loadWorkerConfig({ HOST_SLOTS: '99' })).toThrow(
    /COMFYUI_HOSTS: must be set[^]*HOST_SLOTS: must be|HOST_SLOTS: must be[^]*COMFYUI_HOSTS: must be set/,
  )
})

it('carries queries and credentials of hosts, and refuses what it would have to drop', () => {
  const urls = 'http://me:pw@gpu/comfy?token=t,https://other'
  expect(loadWorkerConfig({ COMFYUI_HOSTS: urls }).COMFYUI_HOSTS).toEqual(urls.split(','))
  const load = (hosts: string) => () => loadWorkerConfig({ COMFYUI_HOSTS: hosts })
  expect(load('http://gpu/#hidden')).toThrow('COMFYUI_HOSTS: must not have a # in it')
  expect(load('http://gpu/#hidden')).not.toThrow('hidden')
  expect(load('http://gpu:80,http://gpu')).toThrow('COMFYUI_HOSTS: two hosts have the id gpu:80')
})

it('refuses a hosts file that cannot be used, with all that is wrong', () => {
  const load = (name: string) => () =>
    loadWorkerConfig({ INIT_CWD: folder, SAFELIGHT_HOSTS_FILE: name })
  expect(load('none.yaml')).toThrow('SAFELIGHT_HOSTS_FILE: cannot be read (ENOENT)')
  expect(load('.')).toThrow('SAFELIGHT_HOSTS_FILE: is no file')
  writeFileSync(join(folder, 'bad.yaml'), 'hosts: [{url: "hidden", slots: 99}]')
  expect(load('bad.yaml')).toThrow(
    /SAFELIGHT_HOSTS_FILE: hosts\[0\]\.url: [^]*SAFELIGHT_HOSTS_FILE: hosts\[0\]\.slots: /,
  )
  writeFileSync(join(folder, 'good.yaml'), 'hosts: [{url: "http://gpu"}]')
  // where the user stands, not where npm runs it
  expect(load('good.yaml')().SAFELIGHT_HOSTS_FILE).toBe(join(folder, 'good.yaml'))
})
