/** What everything that runs in a cluster is held to here, beyond the schemas. Each finds what is wrong, in words. */
import { z } from 'zod'
import {
  type Container,
  containersOf,
  type KubeObject,
  ofKind,
  staysUp,
  type Workload,
  workloadsOf,
} from './built.ts'

const guardsSchema = z.looseObject({
  resources: z.object({
    requests: z.looseObject({ cpu: z.string(), memory: z.string() }),
    limits: z.looseObject({ cpu: z.string(), memory: z.string() }),
  }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  image: z.string().regex(/^[^:@]+(?:\/[^:@]+)*:v?\d+\.\d+\.\d+[\w.-]*$/, 'is not pinned'),
})

const portSchema = z.looseObject({ port: z.union([z.string(), z.number()]) })
const probeSchema = z.looseObject({
  httpGet: portSchema.optional(),
  exec: z.looseObject({ command: z.array(z.string()) }).optional(),
})
const probesSchema = z.looseObject({
  startupProbe: probeSchema,
  livenessProbe: probeSchema,
  readinessProbe: probeSchema,
})

const podSchema = z.looseObject({
  automountServiceAccountToken: z.literal(false),
  enableServiceLinks: z.literal(false),
  securityContext: z.looseObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().min(1),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
})

function faultsOf(where: string, schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value)
  return (error?.issues ?? []).map(({ path, message }) => `${where}.${path.join('.')}: ${message}`)
}

/** No root, nothing to write to, limits, probes, a pinned image. */
export function findGuardFaults(objects: readonly KubeObject[]): string[] {
  return workloadsOf(objects).flatMap((workload) => {
    const { name } = workload.metadata
    return [
      ...faultsOf(name, podSchema, workload.spec.template.spec),
      ...containersOf(workload).flatMap((container) => {
        const where = `${name}/${container.name}`
        return [
          ...faultsOf(where, guardsSchema, container),
          ...(staysUp(workload, container) ? findProbeFaults(where, container) : []),
        ]
      }),
    ]
  })
}

function findProbeFaults(where: string, container: Container): string[] {
  const { data, error } = probesSchema.safeParse(container)
  if (error) return faultsOf(where, probesSchema, container)
  const names = container.ports.map(({ name }) => name)
  return [data.startupProbe, data.livenessProbe, data.readinessProbe].flatMap(({ httpGet }) =>
    httpGet && !names.includes(String(httpGet.port)) ? [`${where}: no port ${httpGet.port}`] : [],
  )
}

const labelsSchema = z.record(z.string(), z.string())
const expressionSchema = z.strictObject({
  key: z.string(),
  operator: z.literal('In'),
  values: z.array(z.string()),
})
const selectorSchema = z.strictObject({
  matchLabels: labelsSchema.default({}),
  matchExpressions: z.array(expressionSchema).default([]),
})
type Selector = z.output<typeof selectorSchema>

function matches({ matchLabels, matchExpressions }: Selector, { spec }: Workload): boolean {
  const { labels } = spec.template.metadata
  const hasAll = Object.entries(matchLabels).every(([key, value]) => labels[key] === value)
  return hasAll && matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
}

const selectingSchema = z.looseObject({
  // a service's is bare labels
  selector: z
    .union([
      selectorSchema,
      labelsSchema.transform((matchLabels) => ({ matchLabels, matchExpressions: [] })),
    ])
    .optional(),
  podSelector: selectorSchema.optional(),
})

/** Whatever chooses pods chooses some, and what a workload chooses are its own. */
export function findSelectorFaults(objects: readonly KubeObject[]): string[] {
  const workloads = workloadsOf(objects)
  const choosing = ['Service', 'PodDisruptionBudget', 'NetworkPolicy', 'Deployment', 'StatefulSet']
  return choosing.flatMap((kind) =>
    ofKind(objects, kind).flatMap((object) => {
      const { selector, podSelector } = selectingSchema.parse(object['spec'])
      const chosen = podSelector ?? selector
      const where = `${kind} ${object.metadata.name}`
      if (!chosen) return [`${where} chooses nothing`]
      const names = workloads.filter((workload) => matches(chosen, workload)).map(nameOf)
      const own = kind === 'Deployment' || kind === 'StatefulSet'
      const good = own ? names.join() === object.metadata.name : names.length > 0
      return good ? [] : [`${where} chooses ${names.join() || 'nothing'}`]
    }),
  )
}

const nameOf = ({ metadata }: { metadata: { name: string } }) => metadata.name

/** What a cluster must have before: named in docs/deploy.md. */
export const GIVEN = {
  Secret: ['safelight', 'safelight-s3', 'safelight-tls'],
  PersistentVolumeClaim: ['comfyui-models'],
} as const

/** Whatever is named is there, or is one of the things that somebody makes by hand. */
export function findReferenceFaults(objects: readonly KubeObject[]): string[] {
  const there = (kind: string): string[] => ofKind(objects, kind).map(nameOf)
  const known = {
    ConfigMap: there('ConfigMap'),
    ServiceAccount: there('ServiceAccount'),
    Secret: [...there('Secret'), ...GIVEN.Secret],
    PersistentVolumeClaim: [...there('PersistentVolumeClaim'), ...GIVEN.PersistentVolumeClaim],
  }
  const missing = (kind: keyof typeof known, name: string | undefined): string[] =>
    name === undefined || known[kind].includes(name) ? [] : [`${kind} ${name} is missing`]
  return workloadsOf(objects).flatMap((workload) => {
    const { serviceAccountName, volumes } = workload.spec.template.spec
    const own = workload.spec.volumeClaimTemplates.map(nameOf)
    const mountable = [...volumes.map(({ name }) => name), ...own]
    return [
      ...missing('ServiceAccount', serviceAccountName),
      ...volumes.flatMap(({ configMap, persistentVolumeClaim: claim }) => [
        ...missing('ConfigMap', configMap?.name),
        ...missing('PersistentVolumeClaim', claim?.claimName),
      ]),
      ...containersOf(workload).flatMap(({ env, envFrom, volumeMounts }) => [
        ...envFrom.flatMap(({ configMapRef }) => missing('ConfigMap', configMapRef?.name)),
        ...env.flatMap(({ valueFrom }) => missing('Secret', valueFrom?.secretKeyRef?.name)),
        ...volumeMounts.flatMap(({ name }) =>
          mountable.includes(name) ? [] : [`volume ${name} is missing`],
        ),
      ]),
    ]
  })
}
