/** deploy/kustomize, as far as it can be checked without a cluster: built by kubectl, held to Kubernetes' schemas and to our rules. */
import { readFileSync } from 'node:fs'
import { apiConfigSchema } from '@safelight/api/config'
import { longestEndMs } from '@safelight/runtime'
import { workerConfigSchema } from '@safelight/worker/config'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  build,
  containersOf,
  dataOf,
  find,
  type KubeObject,
  noKubectl,
  ofKind,
  OVERLAYS,
  workloadsOf,
} from './built.ts'
import { findGuardFaults, findReferenceFaults, findSelectorFaults, GIVEN } from './kube-rules.ts'
import { findScalingFaults, readScaled } from './scaling.ts'
import { findSchemaFaults, findTypeFaults } from './schemas.ts'
import { containerOf, envOf, readApi, readWorker, workloadOf } from './settings.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

/** How much longer than needed a pod may be waited for: an end that hangs is not kept for ever. */
const SPARE_MS = 60_000

const SHARED = { claimName: 'safelight-data' }

describe.skipIf(noKubectl)('deploy/kustomize (needs kubectl, which is not here)', () => {
  const built = new Map<string, KubeObject[]>()
  const of = (overlay: string): KubeObject[] => built.get(overlay) ?? []
  beforeAll(async () => {
    for (const overlay of OVERLAYS) built.set(overlay, await build(`overlays/${overlay}`))
  })

  it('has objects whose every field Kubernetes and KEDA know', async () => {
    const all = [...built.values()].flat()
    expect(all.length).toBeGreaterThan(60)
    expect(await findTypeFaults(all)).toEqual([])
    const misspelt = structuredClone(find(of('s3'), 'Deployment', 'safelight-api'))
    misspelt['specs'] = {}
    expect(await findTypeFaults([misspelt])).not.toEqual([])
  })

  describe.each(OVERLAYS)('%s', (overlay) => {
    it('is as the schemas say', () => {
      expect(of(overlay).flatMap(findSchemaFaults)).toEqual([])
    })

    it('is in one namespace, and has each thing once', () => {
      const names = of(overlay).map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      expect(names.length).toBe(new Set(names).size)
      expect(new Set(of(overlay).map(({ metadata }) => metadata.namespace))).toEqual(
        new Set(['safelight']),
      )
    })

    it('runs nothing as root, without limits, without probes or from an image of any day', () => {
      expect(findGuardFaults(of(overlay))).toEqual([])
    })

    it('chooses pods that are there', () => {
      expect(findSelectorFaults(of(overlay))).toEqual([])
    })

    it('names what is there, or what docs/deploy.md says to make', () => {
      expect(findReferenceFaults(of(overlay))).toEqual([])
    })

    it('sets only settings that exist, with which both apps start', () => {
      const keys = (name: string) => Object.keys(dataOf(of(overlay), name))
      const shared = keys('safelight')
      const unknown = {
        api: [...shared, ...keys('safelight-api')].filter((key) => !(key in apiConfigSchema.shape)),
        worker: [...shared, ...keys('safelight-worker')].filter(
          (key) => !(key in workerConfigSchema.shape),
        ),
      }
      expect(unknown).toEqual({ api: [], worker: [] })
      const { config, hosts } = readWorker(of(overlay))
      expect(config.WORKER_NAME).toBe('safelight-worker-x1')
      expect(hosts).toContain('url')
      expect(readApi(of(overlay))).toMatchObject({ HOST: '0.0.0.0', OPEN_TO_ALL: false })
    })

    it('has ports where the apps listen', () => {
      const ports = (name: string) =>
        containerOf(of(overlay), name).ports.map((port) => port.containerPort)
      const [api, worker] = [envOf(of(overlay), 'api'), envOf(of(overlay), 'worker')]
      expect(ports('api').map(String)).toEqual([api['PORT'], api['ADMIN_PORT']])
      expect(ports('worker').map(String)).toEqual([worker['ADMIN_PORT']])
      // probes come to the pod's address
      expect([api['ADMIN_HOST'], worker['ADMIN_HOST']]).toEqual(['0.0.0.0', '0.0.0.0'])
    })

    it('gives both apps the time that they take to end, and not much more', () => {
      const { SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT } = readApi(of(overlay))
      const { DRAIN_TIMEOUT } = readWorker(of(overlay)).config
      const grace = (name: string) =>
        workloadOf(of(overlay), name).spec.template.spec.terminationGracePeriodSeconds * 1_000
      const spare = {
        api: grace('safelight-api') - longestEndMs(SHUTDOWN_DELAY + SHUTDOWN_TIMEOUT),
        worker: grace('safelight-worker') - longestEndMs(DRAIN_TIMEOUT),
      }
      for (const ms of Object.values(spare)) {
        expect(ms).toBeGreaterThan(0)
        expect(ms).toBeLessThan(SPARE_MS)
      }
    })

    it('keeps outputs where both apps see them, and the only folder that is written to is a volume', () => {
      const volumes = ['api', 'worker'].map((app) => {
        expect(containerOf(of(overlay), app).volumeMounts).toContainEqual({
          name: 'data',
          mountPath: envOf(of(overlay), app)['SAFELIGHT_DATA_DIR'],
        })
        const { volumes: all } = workloadOf(of(overlay), `safelight-${app}`).spec.template.spec
        return all.find(({ name }) => name === 'data')
      })
      const { ASSET_STORE } = readApi(of(overlay))
      const claims = ofKind(of(overlay), 'PersistentVolumeClaim').map(({ spec }) => spec)
      expect(claims).toMatchObject(ASSET_STORE === 's3' ? [] : [{ accessModes: ['ReadWriteMany'] }])
      const volume = { s3: { emptyDir: {} }, local: { persistentVolumeClaim: SHARED } }[ASSET_STORE]
      expect(volumes).toMatchObject([volume, volume])
    })

    it('has our images in the version of this repository', () => {
      const { version }: { version: string } = JSON.parse(read('package.json'))
      const ours = workloadsOf(of(overlay))
        .flatMap(containersOf)
        .filter(({ image }) => image.includes('/safelight-'))
      expect(ours.length).toBeGreaterThan(1)
      for (const { image } of ours) expect(image).toMatch(new RegExp(`:${version}$`))
    })

    it('says in its Ingress the name by which the API knows itself', () => {
      for (const { spec } of ofKind(of(overlay), 'Ingress')) {
        const { rules } = z
          .looseObject({ rules: z.array(z.looseObject({ host: z.string() })) })
          .parse(spec)
        const { PUBLIC_URL, TRUST_PROXY } = envOf(of(overlay), 'api')
        expect(rules.map(({ host }) => host)).toEqual([new URL(PUBLIC_URL ?? '').hostname])
        expect(Number(TRUST_PROXY)).toBeGreaterThan(0)
      }
    })
  })

  describe.each(['gpu-autoscaled', 'gpu-autoscaled-prometheus'])('%s', (overlay) => {
    it('scales by numbers that are told, from none and back, slower than any drain', () => {
      expect(findScalingFaults(of(overlay))).toEqual([])
    })

    it('asks for the backlog, the oldest wait, and what runs: nothing that runs loses its host', () => {
      const asked = readScaled(of(overlay)).triggers.map(({ metadata }) =>
        'query' in metadata ? metadata.query : metadata.valueLocation,
      )
      expect(asked).toEqual([
        expect.stringContaining('backlog'),
        expect.stringContaining('oldest_wait'),
        expect.stringMatching(/wanted_hosts|running/),
      ])
    })
  })

  it('has a host beside each worker that is named as nobody else’s, for the worker alone, and there until it has drained', () => {
    const objects = of('gpu-sidecar')
    expect(JSON.parse(readWorker(objects).hosts)).toEqual({
      hosts: [{ name: 'safelight-worker-x1', url: 'http://127.0.0.1:8188', labels: [] }],
    })
    const { args = [], restartPolicy } = containerOf(objects, 'comfyui')
    expect(args.slice(0, 4)).toEqual(['--listen', '127.0.0.1', '--port', '8188'])
    expect(restartPolicy).toBe('Always')
  })

  it('has what is to be made by hand in docs/deploy.md', () => {
    const names = [...GIVEN.Secret, ...GIVEN.PersistentVolumeClaim]
    expect(names.filter((name) => !read('docs/deploy.md').includes(`\`${name}\``))).toEqual([])
  })
})
