/** `npm run demo`: the whole stack, two jobs, their pictures, then the end. `npm run dev`: the stack stays up and reloads. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type DemoConfig, readDemoConfig } from './config.ts'
import { pickWorkflows } from './pick-workflows.ts'
import { runJobs } from './run-jobs.ts'
import { startDemoStack } from './stack/start-stack.ts'

const DEMO_MS = 5 * 60_000

const say = (line: string) => process.stdout.write(`${line}\n`)
const stop = new AbortController()
const dev = process.argv.includes('--dev')

process.once('SIGINT', interrupt)
process.once('SIGTERM', interrupt)
try {
  const config = readDemoConfig()
  await (dev ? runDev(config) : runDemo(config))
} catch (error) {
  process.stderr.write(`${dev ? 'dev' : 'demo'} failed: ${toReason(error)}\n`)
  process.exitCode = 1
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The first signal closes in order, the second ends at once. */
function interrupt(): void {
  stop.abort(new Error('interrupted'))
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130))
}

async function runDemo(config: DemoConfig): Promise<void> {
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(DEMO_MS)])
  const dataDir = await mkdtemp(join(tmpdir(), 'safelight-demo-'))
  const logFile = join(dataDir, 'processes.log')
  const output = createWriteStream(logFile)
  try {
    const { hosts } = config
    // hosts of one's own that cannot be reached are no reason to start anything
    const own = hosts.length > 0 ? await pickWorkflows(hosts, signal) : null
    say('Safelight demo: starting the stack')
    const stack = await startDemoStack({ config, dataDir, reload: false, output, say, signal })
    try {
      const jobs = own ?? (await pickWorkflows(stack.hosts, signal))
      say('')
      const { apiUrl } = stack
      const { folder, env } = config
      const paths = await runJobs(jobs, { apiUrl, folder, dataDir, env, signal })
      say('')
      for (const path of paths) say(`picture: ${pathToFileURL(path).href}`)
    } finally {
      await stack.close()
    }
  } catch (error) {
    throw new Error(`${toReason(error)} (logs: ${logFile})`, { cause: error })
  } finally {
    output.end()
  }
  await rm(dataDir, { recursive: true, force: true })
  say(
    `\nNext: \`npm run dev\` keeps the stack up, with its page at http://127.0.0.1:${config.port || 8080}; README.md shows how to submit and watch.`,
  )
}

async function runDev(config: DemoConfig): Promise<void> {
  const dataDir = join(config.folder, 'data')
  const stack = await startDemoStack({
    config,
    dataDir,
    reload: true,
    output: process.stdout,
    say,
    signal: stop.signal,
  })
  say(`ready: ${stack.apiUrl}`)
  say(`API docs: ${stack.apiUrl}/docs`)
  say('Ctrl-C ends it')
  await new Promise<void>((resolve) =>
    stop.signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  await stack.close()
}
