/** What was typed, up to the point where a server is needed. */
import { expect, it } from 'vitest'
import { COMMANDS } from './commands/index.ts'
import { DEFAULT_URL, readCliConfig } from './config.ts'
import { runCli } from './run-cli.ts'
import { createTestIo } from './testing/test-io.ts'

async function run(line: string, env: Record<string, string> = {}) {
  const io = createTestIo({ env })
  const code = await runCli(line.split(' ').filter(Boolean), io)
  return { code, out: io.printed(), err: io.printedErrors() }
}

it.each(COMMANDS.map(({ name }) => name))('explains %s, with examples', async (name) => {
  const asked = await run(`${name} --help`)
  expect(asked).toMatchObject({ code: 0, err: '' })
  expect(asked.out).toMatch(new RegExp(`^safelight ${name}[^]*\nExamples\n  # `))
  expect(await run(`help ${name}`)).toEqual(asked)
  expect(asked.out.split('\n').filter((line) => line.length > 100)).toEqual([])
})

it('lists all commands and exit codes', async () => {
  const { code, out } = await run('--help')
  expect(code).toBe(0)
  for (const { name } of COMMANDS) expect(out).toContain(`\n  ${name} `)
  const everywhere = out.split('\nEverywhere\n')[1]?.split('\n\n')[0]?.split('\n') ?? []
  expect(everywhere).toContainEqual(expect.stringMatching(/^ +--version +which/))
  // one column of words
  expect(new Set(everywhere.map((line) => line.search(/(?<= {2})[a-z]/))).size).toBe(1)
  expect(out).toMatch(/\n {2}130 {2}interrupted/)
  expect(await run('help')).toMatchObject({ code: 0, out })
  expect(await run('')).toEqual({ code: 2, out: '', err: out })
})

it('says its version', async () => {
  expect(await run('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+/) })
})

it.each([
  ['lst', /^safelight: there is no command 'lst'; there are run, .*see `safelight --help`\n$/],
  ['help lst', /no command 'lst'/],
  ['ls --nope', /^safelight: unknown option '--nope'.*see `safelight ls --help`\n$/],
  ['ls --limit', /^safelight: option .*--limit.*argument missing.*\n$/],
  ['ls --limit 0', /--limit must be a whole number from 1 to 10000, not '0'/],
  ['ls --limit 1e3', /not '1e3'/],
  ['ls --status done', /no job is ever 'done'; statuses are queued, running/],
  ['ls x', /ls takes no 'x'/],
  ['--url ftp://x ls', /must be like http:\/\/127\.0\.0\.1:8080, not 'ftp:\/\/x'/],
  ['watch', /which job\?/],
  ['why', /which job\?/],
  ['why 1 --nope', /unknown option '--nope'.*see `safelight why --help`/],
  ['run', /which workflow\?/],
  ['run - -', /once only/],
  ['run --json --quiet x.json', /exclude each other/],
  ['run missing.json', /^safelight: missing.json cannot be read: there is no such file\n$/],
  ['cancel 1 --all-queued', /not both/],
  ['cancel 1 --owner a', /--owner goes with --all-queued/],
  ['drain', /which host\? Name one, as `safelight hosts` shows it/],
  ['drain a b', /which host\?/],
  ['resume', /which host\?/],
  ['resume a --reason x', /unknown option '--reason'/],
  ['doctor hosts', /doctor knows no 'hosts'; api or worker/],
  ['assets', /what shall be done\?/],
  ['assets lst', /assets knows no 'lst'; there are ls, upload, get, rm/],
  ['assets upload', /which file\?/],
  ['assets upload missing.png', /missing.png cannot be uploaded: there is no such file/],
  ['assets upload x --expires-in 5', /--expires-in must be a whole number from 60/],
  ['assets get', /which asset\?/],
  ['assets ls --type picture', /no asset is ever 'picture'; types are image, video/],
  ['priority 1', /which priority\?/],
  ['priority 1 --to high', /--to must be a whole number/],
  ['priority --to 1', /which job\?/],
])('refuses `%s` in one line', async (line, message) => {
  const { code, out, err } = await run(line)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(message)
  expect(err.trimEnd()).not.toContain('\n')
})

it('looks for the server where it is told, and says where nobody answered', async () => {
  const where = 'http://127.0.0.1:9'
  for (const line of [`ls --url ${where}`, `--url ${where} ls`, `--url=${where} ls`]) {
    const { code, err } = await run(line, { SAFELIGHT_URL: 'http://127.0.0.1:1' })
    expect(code).toBe(3)
    expect(err).toMatch(
      /^safelight: nothing answers at http:\/\/127\.0\.0\.1:9; .*\(unreachable\)\n$/,
    )
  }
  const { err } = await run('hosts', { SAFELIGHT_URL: where })
  expect(err).toContain(where)
})

it('reads its settings from the environment', () => {
  expect(readCliConfig({}, 'linux')).toMatchObject({
    url: DEFAULT_URL,
    token: undefined,
    hasDisplay: false,
  })
  expect(readCliConfig({ SAFELIGHT_URL: '', SAFELIGHT_TOKEN: '' }, 'darwin')).toMatchObject({
    url: DEFAULT_URL,
    token: undefined,
    hasDisplay: true,
  })
  expect(readCliConfig({ DISPLAY: ':0', SAFELIGHT_TOKEN: 't' }, 'linux')).toMatchObject({
    token: 't',
    hasDisplay: true,
  })
})
