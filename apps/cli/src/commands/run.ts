/** `safelight run`: workflows → jobs → bars → files. */
import { randomInt } from 'node:crypto'
import type { Client } from '@safelight/client'
import { PRIORITY_LIMIT } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { bringInputs, planInputs } from '../assets/bring-inputs.ts'
import { createUploadBar } from '../assets/upload-bar.ts'
import { chooseReporter, REPORT_OPTIONS } from '../watch/reporters.ts'
import type { Reporter } from '../watch/reporter.ts'
import { createWatchSession, type WatchSession } from '../watch/session.ts'
import { type PlannedJob, planJobs } from '../graph/plan-jobs.ts'
import { readInputs } from '../graph/read-inputs.ts'
import { readWorkflowFile, type WorkflowFile } from '../graph/read-workflow.ts'
import type { Io } from '../io.ts'
import { parseWhole } from '../options.ts'

const COUNT_LIMIT = 1_000
/** Below what JSON keeps exactly, with room to count on from. */
const SEED_LIMIT = 2 ** 48 - 1

const OPTIONS = {
  set: {
    type: 'string',
    multiple: true,
    value: 'NODE.INPUT=VALUE',
    text: 'another value; NODE is an id, or the title or class of one node',
  },
  input: {
    type: 'string',
    multiple: true,
    short: 'i',
    value: 'NODE.INPUT=VALUE',
    text: 'the same for files: a path, an https address, asset:ID; see below',
  },
  out: { type: 'string', short: 'o', value: 'FOLDER', text: 'where outputs are saved (pictures)' },
  'no-save': { type: 'boolean', text: 'save nothing, print the addresses of the outputs' },
  count: {
    type: 'string',
    short: 'n',
    value: 'N',
    text: 'so many jobs of each workflow, each with a new seed',
  },
  priority: { type: 'string', value: 'N', text: 'higher runs sooner (0)' },
  owner: {
    type: 'string',
    value: 'NAME',
    text: 'whose jobs they are; one owner does not hold up another (default)',
  },
  pool: { type: 'string', value: 'LABEL', text: 'only hosts with this label may run them' },
  'allow-partial': {
    type: 'boolean',
    text: 'succeed with what a host could make without the nodes that failed',
  },
  detach: { type: 'boolean', short: 'd', text: 'submit, print the ids, and be done' },
  ...REPORT_OPTIONS,
} as const

export const runCommand = defineCommand({
  name: 'run',
  takes: 'WORKFLOW.json…',
  summary: 'submit workflows, watch them, save what they make',
  options: OPTIONS,
  notes: [
    'WORKFLOW.json is a graph in the API format (ComfyUI: Workflow → Export (API)), or a submit body',
    '{"workflow": …}, or ComfyUI’s {"prompt": …}; - reads it from standard input.',
    '--input keeps the kind of value that stands there: a number stays a number. Where the node loads',
    'a file, VALUE is a path, and the file is uploaded unless the server has its content; @PATH is one',
    'anywhere. An https address is fetched by the server, and asset:ID is one of `safelight assets`.',
    'A file that exists is never overwritten.',
    'Ctrl-C asks what shall become of the jobs; where nobody can answer, they go on.',
    'A seed that is --set or --input counts up with --count; any other is random.',
  ],
  examples: [
    ['safelight run examples/text-to-image.json', 'one job, its picture in ./pictures'],
    [
      'safelight run portrait.json --set 6.text="a lighthouse" --set KSampler.steps=30 -o out',
      'with another prompt and more steps',
    ],
    ['safelight run edit.json --input 10.image=./photo.png -i 3.seed=5', 'with a picture of yours'],
    ['safelight run portrait.json --count 4', 'four pictures with four seeds'],
    ['jq .workflow job.json | safelight run - --json', 'for machines, from standard input'],
  ],
  async act({ values, positionals }, { client, io, urlOption }) {
    const reporter = chooseReporter(values, io)
    const files = await readFiles(positionals, io)
    const plan = {
      settings: values.set ?? [],
      count: parseWhole('count', values.count, { least: 1, most: COUNT_LIMIT }) ?? 1,
      priority: parseWhole('priority', values.priority, {
        least: -PRIORITY_LIMIT,
        most: PRIORITY_LIMIT,
      }),
      owner: values.owner,
      pool: values.pool,
      allowPartial: values['allow-partial'] ?? false,
      randomSeed: () => randomInt(SEED_LIMIT),
    }
    const settings = values.input ?? []
    // all that can be wrong is said before anything is sent
    for (const { workflow } of files) readInputs(workflow, settings)
    planJobs(files, plan)
    // a submission is repeated when nothing answers; a wrong address should be said at once
    await client.jobs.list({ limit: 1 })
    const bar = createUploadBar(io, (values.json || values.quiet) ?? false)
    const brought = await bringInputs(await planInputs(files, settings, client), { client, bar })
    bar.close()
    const jobs = planJobs(brought, plan)
    if (values.detach) return submitOnly(jobs, { client, io, json: values.json ? reporter : null })
    const folder = values['no-save'] ? null : (values.out ?? 'pictures')
    const session = createWatchSession({ client, io, reporter, folder, urlOption })
    await submitAll(jobs, client, session)
    return session.end()
  },
})

async function readFiles(paths: readonly string[], { stdin }: Io): Promise<WorkflowFile[]> {
  if (paths.length === 0) {
    throw new UsageError('which workflow? Name a file, or - for standard input')
  }
  if (paths.filter((path) => path === '-').length > 1) {
    throw new UsageError('standard input can be read once only')
  }
  return Promise.all(paths.map((path) => readWorkflowFile(path, stdin)))
}

/** In order, until one is refused: what refuses one will hardly take the next. */
async function submitAll(
  jobs: readonly PlannedJob[],
  client: Client,
  session: WatchSession,
): Promise<void> {
  for (const [n, { label, text, options }] of jobs.entries()) {
    if (session.stopped.aborted) return
    try {
      // one that is on its way when the others are stopped is heard of, and then canceled, too
      const job = await client.jobs.submit(text, { ...options, signal: session.left })
      session.watch({ jobId: job.id, label })
    } catch (error) {
      return session.refuse(error, { label, more: jobs.length - n - 1 })
    }
  }
}

async function submitOnly(
  jobs: readonly PlannedJob[],
  { client, io, json }: { client: Client; io: Io; json: Reporter | null },
): Promise<ExitCode> {
  for (const { label, text, options } of jobs) {
    const { id } = await client.jobs.submit(text, options)
    if (json) json.accepted({ jobId: id, label })
    else io.stdout.write(`${id}\n`)
  }
  return EXIT.ok
}
