/** `npm run bench`: the numbers, measured again. Ratios of one run count: how quick this machine is, is its own affair. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { bundleMains, findRedisServer } from '@safelight/testkit'
import { readMachine, toHead } from './machine.ts'
import { toFigures, toVerdicts, type Verdict } from './print.ts'
import type { BenchContext, Figure, Scale, Section } from './section.ts'
import { SECTIONS } from './sections.ts'

const SCALES = ['smoke', 'usual', 'long'] as const satisfies readonly Scale[]

const USAGE = `npm run -s bench -- [NAME…] [OPTION…]   all sections, unless named

${SECTIONS.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join('\n')}

  --scale <name>      smoke: a few jobs, only to see that it works; usual; long (usual)
  --json <file>       the same figures for programs
  --markdown          tables under headings, for a page
  --seed <number>     of every order that is left to chance (1)
  --against <folder>  another checkout, installed: \`cost\` measures it in the same run

COMFYUI_URL in the environment names a real server; \`overhead\` measures that, too.
`

interface Measured {
  name: string
  title: string
  seconds: number
  figures: Figure[]
  /** Why there are none. */
  error: string | null
}

/** @returns the exit code: 1 for a broken promise, 2 for a section that failed; figures are not judged */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      scale: { type: 'string', default: 'usual' },
      json: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      against: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    print(USAGE.trimEnd())
    return 0
  }
  const scale = SCALES.find((name) => name === values.scale)
  if (!scale) throw new Error(`no scale is called ${values.scale}: ${SCALES.join(', ')}`)
  const sections = choose(positionals)
  const seed = toCount(values.seed)
  const redisBinary = findRedisServer()
  if (!redisBinary) throw new Error('needs a redis-server or valkey-server on the PATH')
  // before minutes are spent on what could not be kept
  if (values.json !== undefined) await writeFile(values.json, '', { flag: 'a' })
  const machine = await readMachine(redisBinary)
  await bundleMains()

  const promises: Verdict[] = []
  const context = {
    redisBinary,
    scale,
    seed,
    against: values.against ?? null,
    comfyuiUrl: process.env['COMFYUI_URL'] || null,
    promise: (what: string, kept: boolean) => void promises.push({ what, kept }),
  }
  print(
    `${toHead(machine)}; scale ${scale}${scale === 'smoke' ? ', whose figures say nothing' : ''}`,
  )
  const measured: Measured[] = []
  for (const section of sections) {
    const found = await measure(section, context)
    measured.push(found)
    print(toText(found, values.markdown))
  }
  // of a few jobs nothing can be said
  const judged = scale === 'smoke' ? [] : promises
  if (judged.length > 0) print(`\n${toVerdicts(judged)}`)
  if (values.json !== undefined) {
    const all = { machine, scale, seed, sections: measured, promises: judged }
    await writeFile(values.json, `${JSON.stringify(all, null, 2)}\n`)
  }
  if (measured.some(({ error }) => error !== null)) return 2
  return judged.every(({ kept }) => kept) ? 0 : 1
}

async function measure(section: Section, context: Omit<BenchContext, 'say'>): Promise<Measured> {
  const { name, title } = section
  const startedAt = performance.now()
  const seconds = () => Math.round((performance.now() - startedAt) / 100) / 10
  const say = (text: string) => void process.stderr.write(`${name}  ${seconds()} s  ${text}\n`)
  say(title)
  try {
    const figures = await section.run({ ...context, say })
    return { name, title, seconds: seconds(), figures, error: null }
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    const message = error instanceof Error ? error.message : String(error)
    return { name, title, seconds: seconds(), figures: [], error: message }
  }
}

function toText({ name, title, figures, error, seconds }: Measured, asPage: boolean): string {
  const head = asPage ? `\n### ${title}\n` : `\n${name}: ${title} (${seconds} s)\n`
  return `${head}\n${error === null ? toFigures(figures) : `failed: ${error}`}`
}

function choose(names: readonly string[]): readonly Section[] {
  const unknown = names.find((name) => SECTIONS.every((section) => section.name !== name))
  if (unknown !== undefined) {
    const all = SECTIONS.map(({ name }) => name).join(', ')
    throw new Error(`no section is called ${unknown}: ${all}`)
  }
  return names.length === 0 ? SECTIONS : SECTIONS.filter(({ name }) => names.includes(name))
}

function toCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new Error(`${text} is no whole number from 1`)
}

const print = (text: string) => void process.stdout.write(`${text}\n`)

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(
    `bench: ${error instanceof Error ? error.message : String(error)}\nnames and options: npm run -s bench -- --help\n`,
  )
  process.exitCode = 2
}
