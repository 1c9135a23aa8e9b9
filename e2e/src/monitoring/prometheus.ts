/** A real Prometheus over processes of ours on loopback ports, with our rules. */
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answers, childEnv, createProcess, findFreePort, type Process } from '@safelight/testkit'
import { stringify } from 'yaml'
import { z } from 'zod'
import { hurryRules, readRulesText } from './rules.ts'

export interface PrometheusOptions {
  /** Its configuration, data and log. */
  folder: string
  targets: { api: readonly number[]; worker: readonly number[] }
  /** Also how long a scrape may take. A second unless told; what a process reads from Redis is given up after two. */
  scrapeEveryMs?: number
  /** So many times faster do the rules judge: see `hurryRules`. */
  hurry?: number
}

export interface Series {
  labels: Readonly<Record<string, string>>
  /** Time (s since the epoch) and value, oldest first. */
  samples: (readonly [number, number])[]
}

export interface Prometheus extends Process {
  url: string
  /**
   * @param at s since the epoch; now unless told
   * @throws Error with what it says when it does not understand
   */
  query(expr: string, at?: number): Promise<Series[]>
  /** What it says of rules that it could not evaluate. */
  ruleFaults(): Promise<string[]>
}

/** Whether `prometheus` and `promtool` are on the PATH. */
export function findPrometheus(): boolean {
  return ['prometheus', 'promtool'].every(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  )
}

export async function openPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { folder, hurry = 1 } = options
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  await mkdir(folder, { recursive: true })
  const config = join(folder, 'prometheus.yml')
  const rules = join(folder, 'rules.yml')
  await writeFile(rules, hurryRules(readRulesText(), hurry))
  await writeFile(config, stringify(toConfig(options, rules)))
  const flags = {
    'config.file': config,
    'storage.tsdb.path': join(folder, 'tsdb'),
    'web.listen-address': `127.0.0.1:${port}`,
    'log.level': 'warn',
  }
  const started = createProcess({
    name: 'prometheus',
    command: 'prometheus',
    args: Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
    env: childEnv(),
    logDir: folder,
    isReady: answers(`${url}/-/ready`),
  })
  const ask = async (path: string): Promise<unknown> => {
    const answer = answerSchema.parse(await (await fetch(`${url}/api/v1/${path}`)).json())
    if (answer.status !== 'success') throw new Error(answer.error ?? 'no success')
    return answer.data
  }
  return {
    ...started,
    url,
    async query(expr, at) {
      const asked = { query: expr, ...(at !== undefined && { time: String(at) }) }
      const { resultType, result } = resultSchema.parse(
        await ask(`query?${new URLSearchParams(asked)}`),
      )
      if (resultType === 'scalar') return [{ labels: {}, samples: [toSample(result)] }]
      return result.map(({ metric, value, values }) => ({
        labels: metric,
        samples: (values ?? (value ? [value] : [])).map(toSample),
      }))
    },
    async ruleFaults() {
      const { groups } = rulesSchema.parse(await ask('rules'))
      return groups.flatMap(({ rules }) =>
        rules.flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : [])),
      )
    },
  }
}

/** As deploy/prometheus/prometheus.yml, but for where the targets are and how often they are asked. */
function toConfig({ targets, scrapeEveryMs = 1_000 }: PrometheusOptions, rules: string) {
  const jobs = { 'safelight-api': targets.api, 'safelight-worker': targets.worker }
  const every = `${scrapeEveryMs}ms`
  return {
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: Object.entries(jobs).map(([name, ports]) => ({
      job_name: name,
      static_configs: [{ targets: ports.map((port) => `127.0.0.1:${port}`) }],
    })),
  }
}

const toSample = ([at, value]: [number, string]) => [at, Number(value)] as const

const sampleSchema = z.tuple([z.number(), z.string()])
const answerSchema = z.looseObject({
  status: z.string(),
  data: z.unknown(),
  error: z.string().optional(),
})
const resultSchema = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('scalar'), result: sampleSchema }),
  z.object({
    resultType: z.enum(['vector', 'matrix']),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: sampleSchema.optional(),
        values: z.array(sampleSchema).optional(),
      }),
    ),
  }),
])
const rulesSchema = z.object({
  groups: z.array(
    z.object({ rules: z.array(z.object({ name: z.string(), lastError: z.string().optional() })) }),
  ),
})
