/** Rules, runbook and dashboards, held to one another and to the metrics that there are. */
import { readFileSync } from 'node:fs'
import { JOB_ERROR_CODES } from '@safelight/shared'
import { createMetrics, describeMetrics, WORKER_METRICS } from '@safelight/telemetry'
import { createLogger, systemClock } from '@safelight/runtime'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { DASHBOARDS } from './dashboards/index.ts'
import { codesOfFault, hurryRules, isAlert, metricsIn, readRules, readRulesText } from './rules.ts'
import { toGrafana } from './to-grafana.ts'

const matchersSchema = z.array(z.string().regex(/^\w+(=|!=|=~)"[\w|]+"$/))
const inhibitsSchema = z.object({
  inhibit_rules: z.array(
    z.strictObject({
      source_matchers: matchersSchema,
      target_matchers: matchersSchema,
      equal: z.array(z.string()).optional(),
    }),
  ),
})

const rules = readRules()
const alerts = rules.filter(isAlert)
const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8')
const panels = DASHBOARDS.flatMap((dashboard) => dashboard.panels)
const asked = [
  ...rules.map(({ expr }) => expr),
  ...panels.flatMap(({ queries }) => Object.keys(queries)),
]

describe('each alert', () => {
  it('has its chapter in the runbook, and each chapter its alert', () => {
    const chapters = [...runbook.matchAll(/^### (.+)$/gm)].map(([, name = '']) => name)
    expect(chapters.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted())
    expect(alerts.map(({ annotations }) => annotations.runbook_url)).toEqual(
      alerts.map(({ alert }) => `docs/runbook.md#${alert.toLowerCase()}`),
    )
    const anchors = new Set(
      [...runbook.matchAll(/^##+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replaceAll(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      ),
    )
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
    expect(links.filter((anchor) => !anchors.has(anchor ?? ''))).toEqual([])
  })

  it('has a chapter that says what to do, and whether it wakes somebody', () => {
    for (const { alert, labels } of alerts) {
      const chapter = runbook.split(`### ${alert}\n`)[1]?.split('\n##')[0] ?? ''
      expect([alert, chapter.trim().split('.')[0]?.toLowerCase()]).toEqual([
        alert,
        labels['severity'],
      ])
      for (const part of ['People feel', 'Look', 'Do', 'Over when'])
        expect([alert, part, chapter.includes(`- **${part}**: `)]).toEqual([alert, part, true])
    }
  })

  it('is told in labels that its expression leaves', () => {
    const wrong = alerts.flatMap(({ alert, expr, annotations }) =>
      [
        ...Object.values(annotations)
          .join()
          .matchAll(/\$labels\.(\w+)/g),
      ].flatMap(([, label = '']) =>
        // either nothing sums them up, or it is kept
        !/\bby \(/.test(expr) || new RegExp(`by \\([^)]*\\b${label}\\b`).test(expr)
          ? []
          : [`${alert}: ${label}`],
      ),
    )
    expect(wrong).toEqual([])
  })
})

it('operators are told of alerts that there are, and which of them follow from another', () => {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
  const names = new Set(alerts.map(({ alert }) => alert))
  const [, example = ''] = /```yaml\n *# alertmanager.yml\n(.*?)```/s.exec(page) ?? []
  const { inhibit_rules: inhibits } = inhibitsSchema.parse(parse(example))
  const told = `${page}${runbook}`.match(/\bSafelight[A-Z]\w+/g) ?? []
  expect(told.filter((name) => !names.has(name))).toEqual([])
  expect(inhibits.length).toBeGreaterThan(3)
})

it('rules in a hurry differ in how long they look and hold, and in nothing else', () => {
  const rule =
    'interval: 30s\nexpr: safelight:ratio5m > 0.1 and rate(x{a="b"}[1h]) > 300 # for 2m\nfor: 15m'
  expect(hurryRules(rule, 20)).toBe(
    'interval: 1500ms\nexpr: safelight:ratio5m > 0.1 and rate(x{a="b"}[180000ms]) > 300 # for 2m\nfor: 45000ms',
  )
  expect(hurryRules('predict_linear(safelight:ratio[3h], 6 * 3600) > 0.9', 20)).toBe(
    'predict_linear(safelight:ratio[540000ms], 6 * 3600 / 20) > 0.9',
  )
  expect(hurryRules(readRulesText(), 20)).not.toMatch(/for: \d+[smhd]$|\[\d+[smhd]\]/m)
  expect(hurryRules(readRulesText(), 1).split('\n').length).toBe(readRulesText().split('\n').length)
})

it('rules and dashboards ask only for metrics that there are', async () => {
  const recorded = rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]))
  const own = describeMetrics().flatMap(({ name, type }) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
  )
  const log = createLogger({ level: 'silent', name: 'test' })
  const rendered = await createMetrics(WORKER_METRICS, {
    clock: systemClock,
    log,
    process: true,
  }).render()
  const ofNode = [...rendered.matchAll(/^# TYPE ((?:nodejs|process)_\S+)/gm)].map(
    ([, name]) => name,
  )
  const known = new Set([...recorded, ...own, ...ofNode])
  expect(asked.flatMap(metricsIn).length).toBeGreaterThan(100)
  expect(asked.flatMap(metricsIn).filter((name) => !known.has(name))).toEqual([])
})

it('every code of a failure is somebody’s fault, and one’s alone', () => {
  const faults = rules.flatMap((rule) => {
    if (isAlert(rule) || rule.record !== 'safelight:jobs_ended:rate5m') return []
    return /code=~?"([^"]+)"/.exec(rule.expr)?.[1]?.split('|') ?? []
  })
  expect(faults.toSorted()).toEqual([...JOB_ERROR_CODES, 'none'].toSorted())
  const list = codesOfFault('ours').join('|')
  const counting = rules.filter(
    (rule) => 'record' in rule && rule.record.startsWith('safelight:jobs_failed_by_us:'),
  )
  expect(counting.filter(({ expr }) => !expr.includes(`code=~"${list}"`))).toEqual([])
})

describe('dashboards', () => {
  it('call bad what an alert calls bad', () => {
    // `up` is Prometheus' own
    const namesIn = (expr: string) => [...metricsIn(expr), ...(/\bup\{/.test(expr) ? ['up'] : [])]
    const asksThis = (queries: object, expr: string) => {
      const names = new Set(Object.keys(queries).flatMap(namesIn))
      return namesIn(expr).some((name) => names.has(name))
    }
    const unknown = panels.flatMap(({ title, queries, bad }) => {
      if (!bad) return []
      const sign = 'above' in bad ? `> ${bad.above}` : '== 0'
      const isAlert = alerts.some(({ expr }) => asksThis(queries, expr) && expr.includes(sign))
      return isAlert ? [] : [`${title}: ${sign}`]
    })
    expect(unknown).toEqual([])
    expect(panels.filter(({ bad }) => bad).length).toBeGreaterThan(8)
  })

  it.each(DASHBOARDS)('the file of $file is made of them', async (dashboard) => {
    await expect(toGrafana(dashboard)).toMatchFileSnapshot(
      `../../../deploy/grafana/dashboards/${dashboard.file}.json`,
    )
  })

  it('show no panel over another, and each once', () => {
    for (const dashboard of DASHBOARDS) {
      const { panels: laid } = JSON.parse(toGrafana(dashboard)) as {
        panels: { title: string; gridPos: { x: number; y: number; w: number; h: number } }[]
      }
      expect(new Set(laid.map(({ title }) => title)).size).toBe(laid.length)
      const cells = laid.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, at) => [x + (at % w), y + Math.floor(at / w)] as const),
      )
      expect(new Set(cells.map(String)).size).toBe(cells.length)
      expect(Math.max(...cells.map(([x]) => x))).toBeLessThan(24)
    }
  })
})
