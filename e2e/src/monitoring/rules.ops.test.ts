/** Each alert fires for what it is told for, and for nothing else: `promtool test rules`. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, inject, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { findPrometheus } from './prometheus.ts'
import { isAlert, PROMETHEUS_FOLDER, readRules } from './rules.ts'

const why = findPrometheus() ? '' : ' (skipped: no prometheus and promtool on the PATH)'
const isSkipped = !findPrometheus() && !inject('requireAll')

const casesSchema = z.object({
  tests: z.array(
    z.looseObject({
      name: z.string(),
      promql_expr_test: z.array(
        z.looseObject({
          exp_samples: z.array(z.object({ labels: z.string(), value: z.number() })),
        }),
      ),
    }),
  ),
})

/** Ten seconds of one core, and a busy machine has none to spare. */
const LIMIT_MS = 240_000
const run = promisify(execFile)

async function promtool(...args: string[]): Promise<string> {
  return await run('promtool', args, { cwd: PROMETHEUS_FOLDER }).then(
    () => 'ok',
    (error: unknown) => String(error),
  )
}

it.skipIf(isSkipped)(`promtool finds the rules well formed${why}`, async () => {
  expect(await promtool('check', 'rules', 'rules.yml')).toBe('ok')
})

it.skipIf(isSkipped)(
  `promtool finds that every case fires what it names${why}`,
  async () => {
    expect(await promtool('test', 'rules', 'rules.test.yml')).toBe('ok')
  },
  LIMIT_MS,
)

it('each alert has a case where it fires, and one of its own where it does not', () => {
  const text = readFileSync(`${PROMETHEUS_FOLDER}rules.test.yml`, 'utf8')
  const cases = casesSchema.parse(parse(text)).tests.map(({ name, promql_expr_test: asked }) => ({
    of: name.split(' ')[0],
    fires: asked.flatMap(({ exp_samples: samples }) =>
      samples.map(({ labels }) => /alertname="(\w+)"/.exec(labels)?.[1]),
    ),
  }))
  const alerts = readRules().filter(isAlert)
  for (const { alert } of alerts) {
    const own = cases.filter(({ of }) => of === alert)
    expect([alert, own.some(({ fires }) => fires.includes(alert))]).toEqual([alert, true])
    expect([alert, own.some(({ fires }) => !fires.includes(alert))]).toEqual([alert, true])
  }
  const names = new Set(alerts.map(({ alert }) => alert))
  expect(cases.filter(({ of = '' }) => !names.has(of))).toEqual([])
})
