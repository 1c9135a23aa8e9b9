/** The settings that a container gets, read as the app in it reads them. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type ApiConfig, loadApiConfig } from '@safelight/api/config'
import { loadWorkerConfig, type WorkerConfig } from '@safelight/worker/config'
import {
  type Container,
  containersOf,
  dataOf,
  type KubeObject,
  type Workload,
  workloadsOf,
} from './built.ts'

/** Like what somebody puts into the Secret. */
const SECRETS: Record<string, string> = {
  SAFELIGHT_SECRET_KEY: '11'.repeat(32),
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: 'secret',
}

export function workloadOf(objects: readonly KubeObject[], name: string): Workload {
  const found = workloadsOf(objects).find(({ metadata }) => metadata.name === name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}

export function containerOf(objects: readonly KubeObject[], name: string): Container {
  const found = workloadsOf(objects)
    .flatMap(containersOf)
    .find((container) => container.name === name)
  if (!found) throw new Error(`there is no container ${name}`)
  return found
}

/** As Kubernetes puts it together: a later source goes before an earlier one, and single ones before all. */
export function envOf(objects: readonly KubeObject[], name: string): Record<string, string> {
  const { env, envFrom } = containerOf(objects, name)
  const shared = envFrom.map(({ configMapRef }) =>
    dataOf(objects, (configMapRef?.name ?? '').replace(/-[0-9a-z]{10}$/, '')),
  )
  const own = env.map(({ name: key, value, valueFrom }) => [
    key,
    value ?? (valueFrom?.secretKeyRef ? (SECRETS[key] ?? 'a-secret-of-it') : 'safelight-worker-x1'),
  ])
  return Object.assign({}, ...shared, Object.fromEntries(own))
}

export const readApi = (objects: readonly KubeObject[]): ApiConfig =>
  loadApiConfig(envOf(objects, 'api'))

/** @returns its settings, and the file of hosts that it finds: the ConfigMap's, or what the init container writes */
export function readWorker(objects: readonly KubeObject[]): {
  config: WorkerConfig
  hosts: string
} {
  const folder = mkdtempSync(join(tmpdir(), 'safelight-kustomize-'))
  try {
    const env = envOf(objects, 'worker')
    const given = env['SAFELIGHT_HOSTS_FILE'] ?? ''
    const file = join(folder, basename(given))
    const { volumes } = workloadOf(objects, 'safelight-worker').spec.template.spec
    const mounted = volumes.find(({ name }) => name === 'hosts')
    if (mounted?.configMap)
      writeFileSync(file, dataOf(objects, 'safelight-hosts')['hosts.yaml'] ?? '')
    else runWriter(objects, (text) => text.replaceAll(given, file))
    const config = loadWorkerConfig({ ...env, SAFELIGHT_HOSTS_FILE: file })
    return { config, hosts: readFileSync(file, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Does what the init container does, elsewhere. */
function runWriter(objects: readonly KubeObject[], move: (text: string) => string): void {
  const { command = [] } = containerOf(objects, 'hosts')
  execFileSync(process.execPath, command.slice(1).map(move), { env: envOf(objects, 'hosts') })
}
