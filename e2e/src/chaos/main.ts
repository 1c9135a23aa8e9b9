/** `npm run chaos`: breaks real processes by a seeded schedule while jobs run, and says whether anything was lost. */
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleMains, findRedisServer } from '@safelight/testkit'
import { findPrometheus } from '../monitoring/prometheus.ts'
import { toCountedLines } from './counted.ts'
import { runCommand } from '../testing/run-command.ts'
import { parseOptions, USAGE } from './options.ts'
import { toFindings, toLine, toSlowest, toTable } from './report.ts'
import { runChaos } from './run.ts'
import { isClean } from './verdict.ts'

const SEEDS = 1_000_000
const MINUTE_MS = 60_000
const MOST_FINDINGS = 50
/** Columns of a usual terminal, and some. */
const WIDTH = 110

const say = (line: string) => process.stdout.write(`${line}\n`)

async function main(signal: AbortSignal): Promise<void> {
  const options = parseOptions(process.argv.slice(2), () => randomInt(SEEDS))
  const redisBinary = findRedisServer()
  if (!redisBinary) throw new Error('chaos needs a redis-server or valkey-server on the PATH')
  const { minutes, seed, waiting, keep, prometheus, freeze } = options
  if (prometheus && !findPrometheus()) throw new Error('--prometheus needs prometheus on the PATH')
  await bundleMains()
  const crowd = waiting > 0 ? `, ${waiting} jobs waiting` : ''
  say(
    `chaos: ${minutes} min, seed ${seed}; 2 APIs, 3 workers, 3 hosts, 1 Redis, 20 watchers${crowd}`,
  )
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'safelight-chaos-')))
  let worthKeeping = keep !== null
  try {
    const { verdict, startedAt, counted } = await runChaos({
      redisBinary,
      durationMs: minutes * MINUTE_MS,
      seed,
      waiting,
      prometheus,
      freeze,
      folder,
      onMoment: (moment) => show(toLine(moment)),
      signal,
    })
    show('')
    say(`\n${toTable(verdict, startedAt)}\n`)
    for (const finding of toFindings(verdict).slice(0, MOST_FINDINGS)) say(finding)
    if (counted) toCountedLines(counted).forEach(say)
    const isWell = isClean(verdict) && (counted?.faults.length ?? 0) === 0
    if (!isWell) process.exitCode = 1
    worthKeeping ||= !isWell
    if (worthKeeping) [...toSlowest(verdict), `logs: ${folder}`].forEach(say)
  } finally {
    if (!worthKeeping) await rm(folder, { recursive: true, force: true })
  }
}

/** The one line that changes; only where somebody looks. */
function show(line: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r${line.slice(0, WIDTH)}\u001b[K`)
}

await runCommand({ name: 'chaos', usage: USAGE, main })
