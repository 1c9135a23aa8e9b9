import { expect, it } from 'vitest'
import { runMain } from './run-main.ts'

async function runWith(...args: string[]) {
  const told: string[] = []
  const code = await runMain({
    name: 'worker',
    args,
    packageUrl: new URL('../package.json', import.meta.url),
    run: async () => void told.push('RUNS'),
    commands: {
      doctor: async (rest) => {
        told.push(`doctor ${rest.join(' ')}`)
        return 1
      },
    },
    print: (line) => void told.push(line),
  })
  return { code, told: told.join('\n') }
}

it('runs without a word', async () => {
  expect(await runWith()).toEqual({ code: null, told: 'RUNS' })
})

it('does what it is asked for, and ends as that did', async () => {
  expect(await runWith('doctor', '--json')).toEqual({ code: 1, told: 'doctor --json' })
})

it('tells its version', async () => {
  expect(await runWith('--version')).toMatchObject({
    code: 0,
    told: expect.stringMatching(/^\d+\.\d+\.\d+/),
  })
})

it.each([
  ['--help', 0],
  ['docter', 2],
  ['--doctor', 2],
  ['toString', 2],
  ['', 2],
])('does not run for %j, and says what it knows', async (word, code) => {
  const { told, ...ended } = await runWith(word)
  expect(ended).toEqual({ code })
  expect(told).toContain('[doctor | --version | --help]')
  expect(told).not.toContain('RUNS')
})
