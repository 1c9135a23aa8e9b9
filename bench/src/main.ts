/** `npm run bench -- NAME`: the numbers, measured again. Ratios of one run count: how quick this machine is, is its own affair. */
import { parseArgs } from 'node:util'
import { bundleMains, findRedisServer } from '@safelight/testkit'
import { runAffinity } from './affinity/run.ts'
import { runCost } from './cost/run.ts'
import { runFair } from './fair/run.ts'
import type { Verdict } from './print.ts'

const USAGE = `npm run bench -- NAME

  fair      shares of owners: ten jobs beside a thousand, weights, priorities and aging
  affinity  how often models are loaded, by order of arrival and by what is in place
            --seed <number>      of the order (1)
  cost      Redis commands and CPU per trivial job, and of a worker that has nothing to do
            --against <folder>   another checkout, installed, to measure in the same run
            --jobs <number>      of each (300)
`

const say = (text: string) => void process.stdout.write(`${text}\n`)

async function main(): Promise<Verdict[]> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '300' },
      against: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    say(USAGE.trimEnd())
    return []
  }
  const redisBinary = findRedisServer()
  if (!redisBinary) throw new Error('needs a redis-server or valkey-server on the PATH')
  await bundleMains()
  const [name] = positionals
  if (name === 'fair') return await runFair({ redisBinary, say })
  if (name === 'affinity')
    return await runAffinity({ redisBinary, seed: toCount(values.seed), say })
  if (name === 'cost') {
    const against = values.against ?? null
    return await runCost({ redisBinary, jobs: toCount(values.jobs), against, say })
  }
  throw new Error(name === undefined ? 'name one' : `there is no ${name}`)
}

function toCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new Error(`${text} is no whole number from 1`)
}

try {
  const verdicts = await main()
  if (verdicts.some(({ kept }) => !kept)) process.exitCode = 1
} catch (error) {
  process.stderr.write(
    `bench: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`,
  )
  process.exitCode = 2
}
