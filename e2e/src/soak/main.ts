/** `npm run soak`: uses a deployment in every way for an hour, and says whether anything in it grows. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleMains, findRedisServer } from '@safelight/testkit'
import { runCommand } from '../testing/run-command.ts'
import { parseOptions, USAGE } from './options.ts'
import { toFindings, toTable } from './report.ts'
import { runSoak } from './run.ts'
import { isFlat } from './verdict.ts'

const MINUTE_MS = 60_000
const MOST_FINDINGS = 50

const say = (line: string) => process.stdout.write(`${line}\n`)

async function main(signal: AbortSignal): Promise<void> {
  const { minutes, jobsPerMinute, seed, json, keep } = parseOptions(process.argv.slice(2))
  const redisBinary = findRedisServer()
  if (!redisBinary) throw new Error('a soak needs a redis-server or valkey-server on the PATH')
  // before an hour is spent on what could not be kept
  if (json !== null) await writeFile(json, '', { flag: 'a' })
  await bundleMains()
  say(`soak: ${minutes} min, ${jobsPerMinute} jobs a minute; 2 APIs, 2 workers and guests, 1 Redis`)
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'safelight-soak-')))
  let worthKeeping = keep !== null
  try {
    const { verdict, samples, refused, ...counts } = await runSoak({
      redisBinary,
      durationMs: minutes * MINUTE_MS,
      jobsPerMinute,
      seed,
      folder,
      onLook: (told) => process.stderr.write(`${told}\n`),
      signal,
    })
    say(`\n${toTable(verdict)}\n`)
    const { accepted, watched, previews, guests } = counts
    say(`${accepted} jobs, ${watched} watches, ${previews} previews, ${guests} guests`)
    for (const [what, count] of refused) say(`refused: ${what}: ${count}`)
    toFindings(verdict).slice(0, MOST_FINDINGS).forEach(say)
    if (json !== null) {
      const all = { minutes, jobsPerMinute, seed, ...counts, ...verdict, samples }
      await writeFile(json, `${JSON.stringify(all)}\n`)
    }
    if (!isFlat(verdict)) process.exitCode = 1
    worthKeeping ||= !isFlat(verdict)
    if (worthKeeping) say(`logs: ${folder}`)
    else say('nothing grows')
  } finally {
    if (!worthKeeping) await rm(folder, { recursive: true, force: true })
  }
}

await runCommand({
  name: 'soak',
  usage: USAGE,
  main,
  toText: (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
})
