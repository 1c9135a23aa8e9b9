/** The doctor as a command: `node apps/worker/dist/main.js doctor [--json]`. */
import { ConfigError, systemClock } from '@safelight/runtime'
import { type Check, fail, type Finding } from './check.ts'
import { runChecks } from './run-checks.ts'

const WITHIN_MS = 20_000

export interface DoctorOptions<Config> {
  args: readonly string[]
  loadConfig: () => Config
  checksOf: (config: Config) => readonly Check[]
  /** A line of text. */
  print: (line: string) => void
  withinMs?: number
}

/** @returns the exit code: 0 unless something fails; 2 for arguments that nobody knows */
export async function runDoctor<Config>(options: DoctorOptions<Config>): Promise<0 | 1 | 2> {
  const { args, print, withinMs = WITHIN_MS } = options
  const asJson = args.includes('--json')
  if (args.some((arg) => arg !== '--json')) {
    print('usage: doctor [--json]')
    return 2
  }
  const checks = toChecks(options)
  const onFinding = (finding: Finding) => {
    if (!asJson) for (const line of toLines(finding)) print(line)
  }
  const findings = await runChecks(checks, { withinMs, onFinding, clock: systemClock })
  const count = (verdict: Finding['verdict']) =>
    findings.filter((finding) => finding.verdict === verdict).length
  const counts = { ok: count('ok'), warn: count('warn'), fail: count('fail') }
  if (asJson) print(JSON.stringify({ ...counts, findings }, null, 2))
  else print(`\n${counts.ok} ok, ${counts.warn} to look at, ${counts.fail} wrong`)
  return counts.fail > 0 ? 1 : 0
}

/** Without settings there is nothing to look at but what is wrong with them. */
function toChecks<Config>({ loadConfig, checksOf }: DoctorOptions<Config>): readonly Check[] {
  try {
    return checksOf(loadConfig())
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const advice = 'see docs/settings.md'
    const findings = error.problems.map((found) => fail('settings', { found, advice }))
    return [{ name: 'settings', run: async () => findings }]
  }
}

function toLines({ verdict, check, found, advice }: Finding): string[] {
  const head = `${verdict.padEnd(4)}  ${check.padEnd(20)}  `
  return [head + found, ...(advice === null ? [] : [`${' '.repeat(28)}→ ${advice}`])]
}
