/** Kubernetes' and KEDA's own schemas, as npm packages bring them: what values may be, and, through types, which fields there are. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as keda from '@kubernetes-models/keda/keda.sh/v1alpha1'
import { childEnv } from '@safelight/testkit'
import * as apps from 'kubernetes-models/apps/v1'
import * as networking from 'kubernetes-models/networking.k8s.io/v1'
import * as policy from 'kubernetes-models/policy/v1'
import * as core from 'kubernetes-models/v1'
import type { KubeObject } from './built.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Where each group's classes and types are. */
const GROUPS: Record<string, { module: string; classes: object }> = {
  v1: { module: 'kubernetes-models/v1', classes: core },
  'apps/v1': { module: 'kubernetes-models/apps/v1', classes: apps },
  'networking.k8s.io/v1': {
    module: 'kubernetes-models/networking.k8s.io/v1',
    classes: networking,
  },
  'policy/v1': { module: 'kubernetes-models/policy/v1', classes: policy },
  'keda.sh/v1alpha1': { module: '@kubernetes-models/keda/keda.sh/v1alpha1', classes: keda },
}

type Model = new (data: object) => { validate: () => void }

function isModel(found: unknown): found is Model {
  return typeof found === 'function'
}

/** @returns what its schema says is wrong; a kind without a schema is wrong, too */
export function findSchemaFaults({ apiVersion, kind, ...data }: KubeObject): string[] {
  const where = `${kind} ${data.metadata.name}`
  const classes: Record<string, unknown> = { ...GROUPS[apiVersion]?.classes }
  const found = classes[kind]
  if (!isModel(found)) return [`${where}: no schema of ${apiVersion} is known here`]
  try {
    new found(data).validate()
    return []
  } catch (error) {
    return [`${where}: ${error instanceof Error ? error.message : String(error)}`]
  }
}

/**
 * Schemas let fields pass that they do not know: a misspelt one is nothing at all to Kubernetes. TypeScript does not.
 * @returns what the compiler says, a line each
 */
export async function findTypeFaults(objects: readonly KubeObject[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'safelight-kustomize-'))
  try {
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const lines = objects.map((object, index) => {
      const { module } = GROUPS[object.apiVersion] ?? { module: 'unknown' }
      const type = `import('${module}').I${object.kind}`
      return `export const ${object.kind}${index}: ${type} = ${JSON.stringify(object)}`
    })
    const file = join(folder, 'objects.ts')
    await writeFile(file, lines.join('\n'))
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig']
    const where = ['--module', 'nodenext', '--target', 'es2022', '--types', '']
    await promisify(execFile)(
      join(ROOT, 'node_modules/.bin/tsc'),
      [...options, ...where, 'objects.ts'],
      { cwd: folder, env: childEnv() },
    )
    return []
  } catch (error) {
    if (!(error instanceof Error) || !('stdout' in error)) throw error
    return String(error.stdout).trim().split('\n')
  } finally {
    await rm(folder, { recursive: true })
  }
}
