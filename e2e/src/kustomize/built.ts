/** What `kubectl kustomize` makes of the overlays, and how to find one's way in it. */
import { execFile, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { childEnv, readTestConfig } from '@safelight/testkit'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

const FOLDER = fileURLToPath(new URL('../../../deploy/kustomize/', import.meta.url))

export const OVERLAYS = readdirSync(join(FOLDER, 'overlays')).toSorted()

const hasKubectl = () =>
  spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0

/** For `describe.skipIf`: where nothing may be skipped, a kubectl that is missing is a failure. */
export const noKubectl = !readTestConfig().requireAll && !hasKubectl()

const metadataSchema = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
})
const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: metadataSchema,
})
export type KubeObject = z.output<typeof objectSchema>

/** @param folder in `deploy/kustomize` */
export async function build(folder: string): Promise<KubeObject[]> {
  const { stdout } = await promisify(execFile)('kubectl', ['kustomize', join(FOLDER, folder)], {
    env: childEnv(),
  })
  return parseAllDocuments(stdout).map((document) => {
    if (document.errors[0]) throw document.errors[0]
    return objectSchema.parse(document.toJS())
  })
}

const nameSchema = z.looseObject({ name: z.string() })
const keySchema = nameSchema.extend({ key: z.string(), optional: z.boolean().optional() })
const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  restartPolicy: z.string().optional(),
  ports: z.array(nameSchema.extend({ containerPort: z.number() })).default([]),
  env: z
    .array(
      nameSchema.extend({
        value: z.string().optional(),
        valueFrom: z.looseObject({ secretKeyRef: keySchema.optional() }).optional(),
      }),
    )
    .default([]),
  envFrom: z.array(z.looseObject({ configMapRef: nameSchema.optional() })).default([]),
  volumeMounts: z.array(nameSchema.extend({ mountPath: z.string() })).default([]),
})
export type Container = z.output<typeof containerSchema>

const claimSchema = z.looseObject({ claimName: z.string() })
const podSchema = z.looseObject({
  serviceAccountName: z.string().optional(),
  terminationGracePeriodSeconds: z.number(),
  containers: z.array(containerSchema),
  initContainers: z.array(containerSchema).default([]),
  volumes: z
    .array(
      nameSchema.extend({
        configMap: nameSchema.optional(),
        persistentVolumeClaim: claimSchema.optional(),
      }),
    )
    .default([]),
})

const workloadSchema = objectSchema.extend({
  spec: z.looseObject({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: podSchema,
    }),
    volumeClaimTemplates: z.array(objectSchema.pick({ metadata: true })).default([]),
  }),
})
export type Workload = z.output<typeof workloadSchema>

export const workloadsOf = (objects: readonly KubeObject[]): Workload[] =>
  objects.flatMap((object) =>
    ['Deployment', 'StatefulSet'].includes(object.kind) ? [workloadSchema.parse(object)] : [],
  )

export const containersOf = ({ spec }: Workload): Container[] => [
  ...spec.template.spec.initContainers,
  ...spec.template.spec.containers,
]

/** One that goes on beside the others: a container, or a sidecar, which is an init container that stays. */
export const staysUp = (workload: Workload, container: Container): boolean =>
  container.restartPolicy === 'Always' || workload.spec.template.spec.containers.includes(container)

export const ofKind = (objects: readonly KubeObject[], kind: string): KubeObject[] =>
  objects.filter((object) => object.kind === kind)

/** The only object of that kind whose name begins so: a generator hangs a hash on it. */
export function find(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = ofKind(objects, kind).filter(
    ({ metadata }) => metadata.name.replace(/-[0-9a-z]{10}$/, '') === name,
  )
  const [only] = found
  if (!only || found.length > 1) throw new Error(`${found.length} of kind ${kind} are ${name}`)
  return only
}

const configMapSchema = objectSchema.extend({ data: z.record(z.string(), z.string()) })

export const dataOf = (objects: readonly KubeObject[], name: string): Record<string, string> =>
  configMapSchema.parse(find(objects, 'ConfigMap', name)).data
