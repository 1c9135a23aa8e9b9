/** What KEDA is told, and whether it finds it. */
import { poolScaleSchema, scaleQuerySchema } from '@safelight/shared'
import { z } from 'zod'
import { find, type KubeObject } from './built.ts'
import { readApi, readWorker, workloadOf } from './settings.ts'

const triggerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('metrics-api'),
    metricType: z.enum(['AverageValue', 'Value']),
    metadata: z.strictObject({
      url: z.url(),
      valueLocation: z.enum(Object.keys(poolScaleSchema.shape)),
      targetValue: z.string().regex(/^\d+$/),
      authMode: z.literal('bearer'),
    }),
    authenticationRef: z.strictObject({ name: z.string() }),
  }),
  z.strictObject({
    type: z.literal('prometheus'),
    metricType: z.enum(['AverageValue', 'Value']),
    metadata: z.strictObject({
      serverAddress: z.url(),
      query: z.string(),
      threshold: z.string().regex(/^\d+$/),
      // a Prometheus that does not know is not one that says 0
      ignoreNullValues: z.literal('false'),
    }),
  }),
])
const scaledSchema = z.looseObject({
  scaleTargetRef: z.strictObject({ name: z.string() }),
  minReplicaCount: z.literal(0),
  cooldownPeriod: z.number(),
  triggers: z.array(triggerSchema).min(1),
})
export type Trigger = z.output<typeof triggerSchema>

export const readScaled = (objects: readonly KubeObject[]) =>
  scaledSchema.parse(find(objects, 'ScaledObject', 'safelight-worker')['spec'])

const tokenSchema = z.looseObject({
  secretTargetRef: z.tuple([
    z.strictObject({
      parameter: z.literal('token'),
      name: z.literal('safelight'),
      key: z.literal('SAFELIGHT_TOKEN'),
    }),
  ]),
})

/** @returns what is wrong, in words */
export function findScalingFaults(objects: readonly KubeObject[]): string[] {
  const { scaleTargetRef, cooldownPeriod, triggers } = readScaled(objects)
  const { config } = readWorker(objects)
  const target = workloadOf(objects, scaleTargetRef.name)
  return [
    // an `apply` would undo what KEDA has done
    ...('replicas' in target.spec ? ['the workers have a number of replicas'] : []),
    ...(cooldownPeriod * 1_000 > config.DRAIN_TIMEOUT ? [] : ['it cools down within a drain']),
    ...triggers.flatMap((trigger) => findTriggerFaults(objects, trigger)),
  ]
}

function findTriggerFaults(objects: readonly KubeObject[], trigger: Trigger): string[] {
  if (trigger.type === 'prometheus') return []
  tokenSchema.parse(find(objects, 'TriggerAuthentication', trigger.authenticationRef.name)['spec'])
  const api = readApi(objects)
  const url = new URL(trigger.metadata.url)
  const [name = '', namespace] = url.hostname.split('.')
  const service = find(objects, 'Service', name)
  scaleQuerySchema.parse(Object.fromEntries(url.searchParams))
  return [
    ...(url.pathname === '/api/v2/scale' ? [] : [`${url.pathname} is not there`]),
    ...(service.metadata.namespace === namespace ? [] : [`${name} is not in ${namespace}`]),
    ...(api.ALLOWED_HOSTS.includes(url.hostname) ? [] : [`421 for ${url.hostname}`]),
    ...(url.port === String(api.PORT) ? [] : [`nothing listens on ${url.port}`]),
  ]
}
