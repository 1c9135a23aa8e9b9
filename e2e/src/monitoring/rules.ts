/** deploy/prometheus/rules.yml, read as Prometheus does, and what an expression asks for. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'

export const PROMETHEUS_FOLDER = fileURLToPath(
  new URL('../../../deploy/prometheus/', import.meta.url),
)

const recordSchema = z.strictObject({
  record: z.string(),
  expr: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
})
const alertSchema = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({
    summary: z.string(),
    description: z.string(),
    runbook_url: z.string(),
  }),
})
const fileSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      interval: z.string().optional(),
      rules: z.array(z.union([recordSchema, alertSchema])),
    }),
  ),
})

export type Rule = z.infer<typeof recordSchema> | z.infer<typeof alertSchema>
export type Alert = z.infer<typeof alertSchema>

export function readRules(): Rule[] {
  return fileSchema.parse(parse(readRulesText())).groups.flatMap(({ rules }) => rules)
}

export const readRulesText = () => readFileSync(`${PROMETHEUS_FOLDER}rules.yml`, 'utf8')

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/**
 * The same rules for a run that has no hours: how long an expression must hold, over how long it looks, how far ahead and how
 * often it is evaluated, each divided by `factor`. Thresholds stay, also those in seconds: they are of the product's own times.
 */
export function hurryRules(text: string, factor: number): string {
  const hurried = text.replace(/(?<=\bfor: |\binterval: |\[)\d+[smhd](?=\]|$)/gm, (span) => {
    const ms = Number.parseInt(span) * (UNITS_MS[span.at(-1) ?? ''] ?? 0)
    return `${Math.round(ms / factor)}ms`
  })
  return hurried.replace(/(?<=\bpredict_linear\([^()]*, )[^()]+(?=\))/g, `$& / ${factor}`)
}

export const isAlert = (rule: Rule): rule is Alert => 'alert' in rule

/** The codes of failures that are the fault of somebody, as the recorded rules tell them apart. */
export function codesOfFault(fault: string): string[] {
  return readRules().flatMap((rule) =>
    'record' in rule && rule.labels?.['fault'] === fault
      ? (/code=~?"([^"]+)"/.exec(rule.expr)?.[1]?.split('|') ?? [])
      : [],
  )
}

/** Names of series that it asks for, ours and those of Node. */
export function metricsIn(expr: string): string[] {
  return [...expr.matchAll(/\b(?:safelight|nodejs|process)[_:][a-z0-9_:]+/g)].map(([name]) => name)
}
