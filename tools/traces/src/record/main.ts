/** `npm run -s trace:record -- --host URL --out FILE`: records a session of a real ComfyUI as a trace. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createHostClient } from '@safelight/comfyui'
import { workflowSchema } from '@safelight/shared'
import { openTraceWriter } from '../trace-format.ts'
import type { RecordArguments } from './arguments.ts'
import { parseArguments, USAGE, ArgumentError } from './arguments.ts'
import { recordPrompt } from './record-prompt.ts'
import { startRecordProxy } from './record-proxy.ts'

// npm runs scripts in the project's folder; paths are meant from where the user stands
const from = process.env['INIT_CWD'] ?? process.cwd()

try {
  const options = parseArguments(process.argv.slice(2))
  if (!options) process.stdout.write(USAGE)
  else process.stdout.write(`${await record(options)}\n`)
} catch (error) {
  process.stderr.write(`${toReason(error)}\n`)
  process.exitCode = error instanceof ArgumentError ? 2 : 1
}

async function record(options: RecordArguments): Promise<string> {
  const out = resolve(from, options.out)
  const description = options.description ?? ''
  if (options.listen !== undefined) return recordPassing(options, out)
  const workflow = options.workflow === undefined ? null : readWorkflow(options.workflow)
  const { host, scenario } = options
  const signal = AbortSignal.timeout(options.timeout * 1000)
  const { outcome, lines } = await recordPrompt({
    host,
    out,
    workflow,
    scenario,
    description: description || 'One prompt, recorded from its submit to its end.',
    signal,
  })
  return `${options.out}: ${outcome}, ${lines} lines`
}

async function recordPassing(
  { host, listen = 0, ...options }: RecordArguments,
  out: string,
): Promise<string> {
  const { version } = await createHostClient(host).features()
  const file = await openTraceWriter(out, {
    trace: 1,
    scenario: options.scenario,
    description: options.description ?? 'Recorded by a proxy.',
    comfyui: version,
    nodes: 'custom',
    recorded: new Date().toISOString().slice(0, 10),
  })
  try {
    const proxy = await startRecordProxy({ host, port: listen, file })
    process.stderr.write(`recording on http://127.0.0.1:${proxy.port}, Ctrl-C ends it\n`)
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    await proxy.close()
    return `${options.out}: ${file.lines} lines`
  } finally {
    await file.close()
  }
}

function readWorkflow(name: string) {
  const parsed = workflowSchema.safeParse(readJson(name))
  if (parsed.success) return parsed.data
  throw new ArgumentError(`${name} is not an API-format workflow`)
}

function readJson(name: string): unknown {
  try {
    return JSON.parse(readFileSync(resolve(from, name), 'utf8'))
  } catch (error) {
    throw new ArgumentError(`${name} cannot be read as JSON`, { cause: error })
  }
}

function toReason(error: unknown): string {
  if (error instanceof ArgumentError) return `${error.message} (--help says more)`
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return 'the prompt did not end in time; the trace has what came until then'
  }
  return error instanceof Error ? error.message : 'recording failed'
}
