/** The container files, as far as they can be checked without a container engine. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiConfigSchema, loadApiConfig } from '@safelight/api/config'
import { loadWorkerConfig, workerConfigSchema } from '@safelight/worker/config'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const serviceSchema = z.looseObject({
  command: z.array(z.string()),
  environment: z.record(z.string(), z.unknown()).optional(),
  env_file: z.array(z.object({ path: z.string(), required: z.boolean() })).optional(),
  depends_on: z.record(z.string(), z.unknown()).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
})
const compose = z
  .object({
    services: z.object({ redis: serviceSchema, api: serviceSchema, worker: serviceSchema }),
    volumes: z.record(z.string(), z.unknown()),
  })
  .parse(parse(read('docker-compose.yml'), { merge: true }))
const { redis, api, worker } = compose.services

describe('docker-compose.yml', () => {
  it('starts the files that a build makes', () => {
    for (const { command } of [api, worker]) {
      expect(command[0]).toBe('node')
      expect(existsSync(join(ROOT, command[1] ?? ''))).toBe(true)
    }
  })

  it('sets only settings that exist, and all that are required', () => {
    expect(
      Object.keys(api.environment ?? {}).filter((name) => !(name in apiConfigSchema.shape)),
    ).toEqual([])
    expect(
      Object.keys(worker.environment ?? {}).filter((name) => !(name in workerConfigSchema.shape)),
    ).toEqual([])
    expect(worker.environment).toMatchObject({
      COMFYUI_HOSTS: expect.any(String),
      SAFELIGHT_HOSTS_FILE: expect.any(String),
    })
  })

  it('has an API that starts as it is, and that without a token only this machine can reach', () => {
    const settings = Object.entries(api.environment ?? {}).map(([name, value]) => [
      name,
      String(value).replace(/\$\{\w+:-(.*?)\}/g, '$1'),
    ])
    const config = loadApiConfig(Object.fromEntries(settings))
    expect(config).toMatchObject({ HOST: '0.0.0.0', OPEN_TO_ALL: true })
    expect(config.SAFELIGHT_TOKEN).toBeUndefined()
    expect(api.ports?.length).toBeGreaterThan(0)
    for (const port of api.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  it('gives every setting of .env to API and workers', () => {
    for (const { env_file } of [api, worker])
      expect(env_file).toEqual([{ path: '.env', required: false }])
  })

  it('shows the workers the folder of the hosts file, which no commit and no image has', () => {
    expect(worker.volumes).toContain('./hosts:/etc/safelight:ro')
    expect(read('.gitignore').split('\n')).toContain('/hosts')
    expect(read('.dockerignore').split('\n')).toContain('hosts')
  })

  it('has a Redis that keeps what it accepts', () => {
    expect(redis.command.join(' ')).toContain('--appendonly yes')
    expect(redis.command.join(' ')).toContain('--maxmemory-policy noeviction')
    expect(redis.volumes).toEqual(['redis:/data'])
  })

  it('gives API and workers one folder for outputs, and only volumes that are declared', () => {
    expect(worker.volumes).toEqual(expect.arrayContaining(api.volumes ?? []))
    for (const { environment } of [api, worker])
      expect(environment).toMatchObject({ SAFELIGHT_DATA_DIR: '/data' })
    const used = [redis, api, worker].flatMap(({ volumes = [] }) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    )
    expect(new Set(used.filter((name) => !name.startsWith('.')))).toEqual(
      new Set(Object.keys(compose.volumes)),
    )
  })
})

it('has an example of a hosts file that can be used', () => {
  const file = join(ROOT, 'hosts.example.yaml')
  expect(loadWorkerConfig({ SAFELIGHT_HOSTS_FILE: file }).SAFELIGHT_HOSTS_FILE).toBe(file)
})

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n')

  it('copies only what is there', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1))
    expect(copied.length).toBeGreaterThan(5)
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('copies every workspace that the lock file knows', () => {
    const { workspaces }: { workspaces: string[] } = JSON.parse(read('package.json'))
    const copied = lines.filter((line) => line.startsWith('COPY ')).join(' ')
    for (const workspace of workspaces) expect(copied).toContain(workspace.replace('/*', ''))
  })

  it('copies what every compilation reads', () => {
    const { files }: { files: string[] } = JSON.parse(read('tsconfig.base.json'))
    const copied = lines.filter((line) => line.startsWith('COPY ')).join(' ')
    for (const file of files) expect(copied).toContain(basename(file))
  })

  it('builds the page, before what builds it is removed', () => {
    const build = lines.find((line) => line.startsWith('RUN npm ci')) ?? ''
    const steps = build.split('&&').map((step) => step.trim().replace(/ --no-.*/, ''))
    const [page, prune] = ['npm run build -w apps/web', 'npm prune --omit=dev']
    expect(steps).toEqual(['RUN npm ci', 'npx tsc -b', page, prune])
  })

  it('does not run as root', () => {
    expect(lines).toContain('USER node')
  })
})
