/** `npm run upgrade:check`: changes from another version to this one and back while jobs run. `upgrade:store` keeps one for the tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleMains, findRedisServer, startCluster } from '@safelight/testkit'
import { QUICK_WORKER } from '../testing/quick-cluster.ts'
import { buildPrevious, removePrevious, storePrevious, unpackStored } from './previous.ts'
import { runUpgrade } from './run.ts'

const USAGE = `npm run upgrade:check -- [--from COMMIT|FOLDER] [--jobs N] [--minutes N]
npm run upgrade:store -- --from COMMIT|FOLDER

  --from <version>    a tag or commit, or a folder with a checkout and its modules (the one that is stored)
  --jobs <number>     so many jobs must end between one change and the next (40)
  --minutes <number>  give up after so long (10)
`
const MINUTE_MS = 60_000
const say = (line: string) => process.stdout.write(`${line}\n`)

async function check(from: string | undefined, jobs: number, minutes: number): Promise<void> {
  const redisBinary = findRedisServer()
  if (!redisBinary) throw new Error('this needs a redis-server or valkey-server on the PATH')
  await bundleMains()
  const previous = from === undefined ? await unpackStored() : await buildPrevious(from)
  const folder = await mkdtemp(join(tmpdir(), 'safelight-upgrade-'))
  let isClean = false
  try {
    say(`from ${previous.name} to this version and back; 2 APIs, 1 worker, 2 hosts`)
    const report = await runUpgrade({
      previous,
      jobsPerStage: jobs,
      open: (programOf) =>
        startCluster({
          redis: { binary: redisBinary },
          apis: 2,
          hosts: [{}, {}],
          speed: 1,
          env: { worker: QUICK_WORKER },
          folder,
          programOf,
        }),
      onStage: say,
      signal: AbortSignal.timeout(minutes * MINUTE_MS),
    })
    for (const fault of report.faults) say(fault)
    say(
      `${report.jobs} jobs, ${report.connections} connections of watchers, ${report.faults.length} faults`,
    )
    isClean = report.faults.length === 0
    if (!isClean) process.exitCode = 1
  } finally {
    await removePrevious(previous)
    if (isClean) await rm(folder, { recursive: true, force: true })
    else say(`logs: ${folder}`)
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      jobs: { type: 'string', default: '40' },
      minutes: { type: 'string', default: '10' },
      help: { type: 'boolean', default: false },
    },
  })
  const [command] = positionals
  if (values.help) {
    say(USAGE.trimEnd())
    return
  }
  if (command !== 'store')
    return await check(values.from, Number(values.jobs), Number(values.minutes))
  if (values.from === undefined) throw new Error('which version? --from')
  say(`stored: ${await storePrevious(values.from)} bytes`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 2
}
