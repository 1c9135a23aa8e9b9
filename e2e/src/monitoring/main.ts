/** `npm run monitoring:check`: every query of rules and dashboards, asked of a real Prometheus that has scraped a run. */
import { bundleMains, findRedisServer } from '@safelight/testkit'
import { checkMonitoring } from './check.ts'
import { findPrometheus } from './prometheus.ts'

const LIMIT_MS = 5 * 60_000
const say = (text: string) => process.stdout.write(`${text}\n`)

try {
  const binary = findRedisServer()
  if (!binary || !findPrometheus())
    throw new Error('it needs redis-server, prometheus and promtool on the PATH')
  await bundleMains()
  const { asked, faults, empty, wrong } = await checkMonitoring({
    redis: { binary },
    signal: AbortSignal.timeout(LIMIT_MS),
  })
  const findings = [
    ...faults,
    ...empty.map((what) => `no data: ${what}`),
    ...wrong.map((what) => `wrong: ${what}`),
  ]
  say(`${asked} expressions asked, ${findings.length} findings`)
  for (const finding of findings) say(finding)
  if (findings.length > 0) process.exitCode = 1
} catch (error) {
  process.stderr.write(
    `monitoring check: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exitCode = 2
}
