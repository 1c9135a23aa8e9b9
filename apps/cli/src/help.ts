/** The help: of one command, and of all of them. */
import type { CommandText } from './command.ts'
import { EXIT, EXIT_WORDS } from './exit-codes.ts'
import { GLOBAL_OPTIONS, type Option, type Options } from './options.ts'

export function toHelp({ name, takes, summary, options, notes, examples }: CommandText): string {
  return toText([
    `safelight ${name} ${takes}`.trimEnd(),
    `  ${summary}`,
    '',
    ...(Object.keys(options).length > 0 ? ['Options', ...toOptionLines(options), ''] : []),
    'Server',
    ...toOptionLines(GLOBAL_OPTIONS),
    '',
    ...(notes ? [...notes, ''] : []),
    'Examples',
    ...examples.flatMap(([command, does]) => [`  # ${does}`, `  ${command}`]),
  ])
}

export function toOverview(commands: readonly CommandText[]): string {
  return toText([
    'safelight: generate with ComfyUI through a Safelight server, and watch it happen',
    '',
    'Commands',
    ...toColumns(commands.map(({ name, takes, summary }) => [`${name} ${takes}`, summary])),
    '',
    'Everywhere',
    ...toOptionLines({ ...GLOBAL_OPTIONS, version: VERSION_OPTION }),
    '',
    'Exit code',
    ...toColumns(toExitRows()),
    '',
    '`safelight COMMAND --help` says more, with examples. Ids of jobs may be cut short.',
  ])
}

/** Of the program itself: no command has it. */
const VERSION_OPTION: Option = { type: 'boolean', text: 'which version this is' }

function toExitRows(): [string, string][] {
  // Object.entries knows no keys: these are the keys of a constant
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[]
  return names.map((name) => [String(EXIT[name]), EXIT_WORDS[name]])
}

function toOptionLines(options: Options): string[] {
  return toColumns(
    Object.entries(options).map(([name, option]) => [toOptionName(name, option), option.text]),
  )
}

function toOptionName(name: string, { short, value }: Option): string {
  return `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`
}

/** A long left side does not push all others away. */
const WIDEST = 28

function toColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(WIDEST, Math.max(...rows.map(([left]) => left.length)))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

function toText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
