/** What the documentation tells people to type is what there is to type. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from './commands/index.ts'
import { GLOBAL_OPTIONS, parseCommandOptions } from './options.ts'

const ROOT = new URL('../../../', import.meta.url)
const PAGES = [
  'README.md',
  ...readdirSync(new URL('docs/', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const read = (page: string) => readFileSync(new URL(page, ROOT), 'utf8')

/** Each `safelight …` in a block of the shell or between backticks, up to where the shell goes on with something else. */
function findCommands(page: string): string[] {
  const fence = /^ *```(\w*)\n(.*?)^ *```/gms
  const blocks = [...page.matchAll(fence)].flatMap(([, language, block = '']) =>
    language === 'sh' ? block.split('\n') : [],
  )
  const spans = [...page.replaceAll(fence, '').matchAll(/`([^`\n]+)`/g)].map(([, it = '']) => it)
  const command = /(?:^|[|;&(]|npx |xargs |xargs -r |do |timeout \d+ )\s*(safelight [^|;&>#)]+)/g
  return [...blocks, ...spans].flatMap((line) =>
    [...line.matchAll(command)].map(([, it = '']) => it.trim()),
  )
}

/** Why the command line would not take it; null when it would. Whoever only names a command (`safelight why`) runs nothing. */
function findFault(line: string): string | null {
  const [, name = '', ...args] = line.replaceAll(/"[^"]*"|'[^']*'|\$\S+/g, 'x').split(/\s+/)
  if (name === '--version' || name === '--help') return null
  const command = COMMANDS.find((known) => known.name === name)
  if (!command) return `${line}: there is no command ${name}`
  try {
    const given = parseCommandOptions({ ...command.options, ...GLOBAL_OPTIONS }, args)
    // what a command takes: `ID… --to N | --all`
    const isMet = (way: string) =>
      [...way.matchAll(/--([a-z-]+)/g)].every(([, option = '']) => option in given.values) &&
      (given.positionals.length > 0 || !way.startsWith('ID'))
    const isNamed = args.length === 0 || !/^(ID|--)/.test(command.takes)
    return isNamed || command.takes.split(' | ').some(isMet) ? null : `${line}: ${command.takes}`
  } catch (error) {
    return `${line}: ${String(error)}`
  }
}

describe('a command in the documentation', () => {
  it.each(PAGES)('of %s is one that there is, with options that it has', (page) => {
    expect(findCommands(read(page)).flatMap((line) => findFault(line) ?? [])).toEqual([])
  })

  it('is found wherever it stands', () => {
    const page =
      '`safelight ls -n 5`\n```sh\nx | xargs safelight rm; y $(safelight why 1)\n```\n```js\nsafelight run\n```\n'
    expect(findCommands(page)).toEqual(['safelight rm', 'safelight why 1', 'safelight ls -n 5'])
    expect(findCommands(read('docs/runbook.md')).length).toBeGreaterThan(20)
    for (const right of ['safelight ls -n 5', 'safelight purge 3f2a --yes', 'safelight purge'])
      expect(findFault(right)).toBeNull()
    for (const wrong of [
      'safelight rm',
      'safelight ls --all',
      'safelight purge --yes',
      'safelight priority 3f2a 10',
    ])
      expect(findFault(wrong)).not.toBeNull()
  })
})
