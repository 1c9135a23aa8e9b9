/** The compose files, as far as they can be checked without a container engine. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiConfigSchema, loadApiConfig } from '@safelight/api/config'
import { longestEndMs } from '@safelight/runtime'
import { loadWorkerConfig, workerConfigSchema } from '@safelight/worker/config'
import { describe, expect, it } from 'vitest'
import { DCLinter } from 'dclint'
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
  stop_grace_period: z.string().optional(),
  build: z.object({ target: z.string() }).loose().optional(),
})
const compose = z
  .object({
    services: z.object({ redis: serviceSchema, api: serviceSchema, worker: serviceSchema }),
    volumes: z.record(z.string(), z.unknown()),
  })
  .parse(parse(read('docker-compose.yml'), { merge: true }))
const { redis, api, worker } = compose.services

/** Both files, as one stack: what a setting may be comes from Compose's own schema. */
const FILES = ['docker-compose.yml', 'deploy/compose/monitoring.yml']

it('has compose files whose every field Compose knows', () => {
  const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] })
  // its types cannot be found by Node's rules
  const results = z
    .array(z.object({ filePath: z.string(), messages: z.array(z.object({ rule: z.string() })) }))
    .parse(
      linter.lintFiles(
        FILES.map((file) => join(ROOT, file)),
        false,
      ),
    )
  expect(results.map(({ filePath }) => filePath.slice(ROOT.length))).toEqual(FILES)
  // its other rules are of taste
  const faults = results.flatMap(({ messages }) =>
    messages.filter(({ rule }) => rule === 'invalid-schema'),
  )
  expect(faults).toEqual([])
})

it('has no variable in compose files that is neither a setting nor in docs/deploy.md', () => {
  const names = FILES.flatMap((file) =>
    [...read(file).matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name),
  )
  const isSetting = (name: string) =>
    name in apiConfigSchema.shape || name in workerConfigSchema.shape
  const docs = read('docs/deploy.md')
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((name) => !isSetting(name) && !docs.includes(`\`${name}`))).toEqual([])
})

describe('docker-compose.yml', () => {
  it('starts the files that a build makes, each from its own image', () => {
    for (const [app, { command, build }] of Object.entries({ api, worker })) {
      expect(command).toEqual(['node', `apps/${app}/dist/main.js`])
      expect(existsSync(join(ROOT, command[1] ?? ''))).toBe(true)
      expect(build?.target).toBe(app)
    }
  })

  it('gives both apps the time that they take to end', () => {
    const { SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT } = loadApiConfig({})
    const { DRAIN_TIMEOUT } = loadWorkerConfig({ COMFYUI_HOSTS: 'http://gpu' })
    const graceOf = (period = '') => Number.parseInt(period) * 60_000
    expect(graceOf(api.stop_grace_period)).toBeGreaterThan(
      longestEndMs(SHUTDOWN_DELAY + SHUTDOWN_TIMEOUT),
    )
    expect(graceOf(worker.stop_grace_period)).toBeGreaterThan(longestEndMs(DRAIN_TIMEOUT))
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
      String(value)
        .replace(/\$\{\w+:-(.*?)\}/g, '$1')
        .replace(/\$\{\w+:\+.*?\}/g, ''),
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

describe('deploy/compose/monitoring.yml', () => {
  const included = z
    .looseObject({ include: z.array(z.string()) })
    .parse(parse(read('docker-compose.yml')))
  const monitoring = z
    .strictObject({
      secrets: z.record(z.string(), z.strictObject({ environment: z.string() })),
      services: z.record(
        z.string(),
        z.looseObject({
          image: z.string(),
          profiles: z.tuple([z.literal('monitoring')]),
          volumes: z.array(z.string()),
          ports: z.array(z.string()),
          secrets: z.array(z.string()).optional(),
          read_only: z.boolean().optional(),
        }),
      ),
      volumes: z.record(z.string(), z.unknown()),
    })
    .parse(parse(read('deploy/compose/monitoring.yml')))
  const services = Object.values(monitoring.services)

  it('is part of the whole, and starts only when it is asked for, pinned and for this machine', () => {
    expect(included.include).toEqual(['deploy/compose/monitoring.yml'])
    expect(Object.keys(monitoring.services)).toEqual(['prometheus', 'grafana'])
    for (const { image, ports } of services) {
      expect(image).toMatch(/:v?\d+\.\d+\.\d+$/)
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
    }
  })

  it('mounts what is there', () => {
    const mounted = services.flatMap(({ volumes }) =>
      volumes.map((line) => line.split(':')[0] ?? ''),
    )
    const isThere = (name: string) =>
      name.startsWith('.')
        ? existsSync(join(ROOT, 'deploy/compose', name))
        : name in monitoring.volumes
    expect(mounted.length).toBeGreaterThan(3)
    expect(mounted.filter((name) => !isThere(name))).toEqual([])
  })

  it('has a Prometheus that asks the admin ports of all that run, with their token', () => {
    const jobSchema = z.looseObject({
      authorization: z.strictObject({ credentials_file: z.string() }),
      dns_sd_configs: z.tuple([z.looseObject({ names: z.array(z.string()), port: z.number() })]),
    })
    const { scrape_configs: jobs } = z
      .looseObject({ scrape_configs: z.array(jobSchema) })
      .parse(parse(read('deploy/prometheus/prometheus.yml')))
    const asked = jobs.map(({ dns_sd_configs: [{ names, port }] }) => [...names, port])
    const ports = Object.entries({ api, worker }).map(([name, { environment }]) => [
      name,
      environment?.['ADMIN_PORT'],
    ])
    expect(asked).toEqual(ports)
    for (const { authorization } of jobs)
      expect(authorization.credentials_file).toBe('/run/secrets/admin_token')
    expect(monitoring.secrets).toEqual({ admin_token: { environment: 'ADMIN_TOKEN' } })
    expect(monitoring.services['prometheus']?.secrets).toEqual(['admin_token'])
    // compose copies it into the container, and does not start one whose root is read-only
    expect(monitoring.services['prometheus']?.read_only).not.toBe(true)
    // without a token nobody but the container itself is answered
    for (const { environment } of [api, worker])
      expect(environment?.['ADMIN_HOST']).toMatch(/^\$\{ADMIN_TOKEN:\+0\.0\.0\.0\}$/)
  })

  it('shows Grafana the Prometheus beside it, and where its dashboards are', () => {
    const source = parse(read('deploy/grafana/provisioning/datasources/prometheus.yml'))
    expect(source).toMatchObject({
      datasources: [{ uid: 'prometheus', url: 'http://prometheus:9090' }],
    })
    const provider = parse(read('deploy/grafana/provisioning/dashboards/safelight.yml'))
    const { path } = z
      .object({ providers: z.tuple([z.looseObject({ options: z.object({ path: z.string() }) })]) })
      .parse(provider).providers[0].options
    expect(monitoring.services['grafana']?.volumes).toContain(`../grafana/dashboards:${path}:ro`)
  })
})
