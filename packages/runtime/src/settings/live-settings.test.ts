import { expect, it } from 'vitest'
import { z } from 'zod'
import { createLogger } from '../logger.ts'
import { wholeNumber } from './config-fields.ts'
import { openLiveSettings } from './live-settings.ts'
import { type Environment, parseConfig } from './parse-config.ts'

const schema = z.object({
  DEPTH: wholeNumber({ min: 1, max: 9 }).prefault('3'),
  NAME: z.string().optional(),
  TOKEN: z.string().optional(),
})

function open(env: Environment) {
  const lines: Record<string, unknown>[] = []
  const log = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  })
  const loadConfig = (from: Environment) => parseConfig(schema, from)
  const config = loadConfig(env)
  let now = env
  const live = openLiveSettings({
    config,
    env,
    read: () => now,
    loadConfig,
    settings: { all: Object.keys(schema.shape), live: ['DEPTH', 'NAME'] },
    log,
  })
  return {
    config,
    /** What is said when it is read again with this in the file. */
    readAgain: (next: Environment) => {
      now = next
      lines.length = 0
      live.readAgain()
      return lines.map(({ msg, changed, problems }) => [msg, changed ?? problems])
    },
  }
}

it('takes what is live, and says of the rest that it needs a restart, every time', () => {
  const { config, readAgain } = open({ DEPTH: '4', TOKEN: 'secret-1' })
  const next = { DEPTH: '5', NAME: 'x', TOKEN: 'secret-2', OTHER: 'y' }
  expect(readAgain(next)).toEqual([
    ['settings read again', ['DEPTH', 'NAME']],
    ['these settings need a restart', ['TOKEN']],
  ])
  expect(config).toEqual({ DEPTH: 5, NAME: 'x', TOKEN: 'secret-1' })
  expect(readAgain(next)).toEqual([
    ['settings read again', []],
    ['these settings need a restart', ['TOKEN']],
  ])
})

it('goes back to the default when a line is gone', () => {
  const { config, readAgain } = open({ DEPTH: '4', NAME: 'x' })
  expect(readAgain({ DEPTH: '' })).toEqual([['settings read again', ['DEPTH', 'NAME']]])
  expect(config).toEqual({ DEPTH: 3 })
})

it('leaves all as they are when one cannot be used', () => {
  const { config, readAgain } = open({ DEPTH: '4' })
  const said = readAgain({ DEPTH: '10', NAME: 'x' })
  expect(said).toEqual([
    [
      'settings cannot be used: they stay as they are',
      ['DEPTH: must be a whole number from 1 to 9'],
    ],
  ])
  expect(config).toEqual({ DEPTH: 4 })
})
