import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { commonConfigSchema } from './common-config.ts'
import {
  byteSize,
  duration,
  flag,
  port,
  timings,
  toTimingsSchema,
  urlList,
} from './config-fields.ts'
import { ConfigError, describeSettings, parseConfig } from './parse-config.ts'

const schema = commonConfigSchema.extend({
  PORT: port().prefault('8080').describe('Port'),
  STALL: duration().prefault('5m').describe('Stall limit'),
  COMFYUI_HOSTS: urlList().optional().describe('Hosts'),
  MAX_BODY: byteSize().prefault('20mb').describe('Largest body'),
  OPEN: flag().prefault('false').describe('Open'),
  API_KEY: z.string().min(8, 'must have at least 8 characters').describe('Key'),
})

describe('parseConfig', () => {
  it('fills in the defaults', () => {
    expect(parseConfig(schema, { API_KEY: '12345678' })).toMatchObject({
      REDIS_URL: 'redis://127.0.0.1:6379',
      SAFELIGHT_NAMESPACE: 'safelight',
      SAFELIGHT_DATA_DIR: './data',
      LOG_LEVEL: 'info',
      PORT: 8080,
      STALL: 300_000,
      MAX_BODY: 20 * 1_024 ** 2,
      OPEN: false,
      API_KEY: '12345678',
    })
  })

  it('lists all problems at once and repeats no value', () => {
    const env = {
      REDIS_URL: 'http://user:hunter2@example.test',
      SAFELIGHT_NAMESPACE: '{braces}',
      LOG_LEVEL: 'loud',
      PORT: '70000',
      STALL: 'soon',
      COMFYUI_HOSTS: 'http://ok:8188,nonsense',
      MAX_BODY: '3 apples',
      OPEN: 'maybe',
      API_KEY: 'secret7',
    }
    const error = failureOf(() => parseConfig(schema, env))
    expect(error).toBeInstanceOf(ConfigError)
    const problems = error instanceof ConfigError ? error.problems : []
    const named = problems.map((line) => line.split(':', 1)[0])
    expect(new Set(named)).toEqual(new Set(Object.keys(env)))
    const said = [...problems, String(error), JSON.stringify(error)].join('\n')
    for (const value of Object.values(env)) expect(said).not.toContain(value)
    expect(said).not.toContain('hunter2')
  })

  it('says what is missing, and takes an empty variable for a missing one', () => {
    for (const env of [{}, { API_KEY: '' }]) {
      const error = failureOf(() => parseConfig(schema, env))
      expect(error).toMatchObject({ code: 'invalid_config', problems: ['API_KEY: must be set'] })
    }
  })

  it('does not mind the rest of the environment', () => {
    expect(parseConfig(schema, { API_KEY: '12345678', HOME: '/x' })).not.toHaveProperty('HOME')
  })
})

it('describes every setting with its default as one would write it', () => {
  const settings = describeSettings(schema)
  expect(settings.map((setting) => setting.name)).toEqual(Object.keys(schema.shape))
  expect(settings.filter((setting) => setting.description === '')).toEqual([])
  const defaults = Object.fromEntries(settings.map((setting) => [setting.name, setting.default]))
  expect(defaults).toMatchObject({ STALL: '5m', PORT: '8080', LOG_LEVEL: 'info', API_KEY: null })
})

describe('fields', () => {
  it.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['250ms', 250],
    ['1234', 1_234],
  ])('read the duration %s as %i ms', (text, ms) => {
    expect(duration().parse(text)).toBe(ms)
  })

  it.each(['', '5 m', '-1s', '1e3', 'ms', '5M'])('refuse %j as a duration', (text) => {
    expect(duration().safeParse(text).success).toBe(false)
  })

  it('read sizes in any case', () => {
    expect(['512', '1kb', '1.5MB', '2Gb'].map((text) => byteSize().parse(text))).toEqual([
      512, 1_024, 1_572_864, 2_147_483_648,
    ])
  })

  it('read url lists without blanks, doubles and trailing slashes', () => {
    expect(urlList().parse(' http://a:8188/ ,https://b/x/,, http://a:8188')).toEqual([
      'http://a:8188',
      'https://b/x',
    ])
    expect(urlList().safeParse('ftp://a').success).toBe(false)
  })

  it('read flags as people write them', () => {
    expect(['true', '1', 'YES', 'on'].map((text) => flag().parse(text))).toEqual(
      Array(4).fill(true),
    )
    expect(['false', '0', 'No', 'off'].map((text) => flag().parse(text))).toEqual(
      Array(4).fill(false),
    )
  })

  it('read ports, 0 included', () => {
    expect(port().parse('0')).toBe(0)
    for (const text of ['65536', '-1', '80.5', 'http']) {
      expect(port().safeParse(text).success).toBe(false)
    }
  })
})

describe('timings', () => {
  const defaults = { lockMs: 10, retryMs: [1, 2], session: { pollMs: 5, socket: { pingMs: 7 } } }
  const field = timings(toTimingsSchema(defaults))

  it('are any of the durations that have a default, at any depth', () => {
    const given = { lockMs: 1.5, retryMs: [], session: { socket: { pingMs: 0 } } }
    expect(field.parse(JSON.stringify(given))).toEqual(given)
    expect(field.parse('{}')).toEqual({})
  })

  it.each([
    ['lockMs', 'JSON'],
    ['[]', 'object'],
    ['{"lockMS":1}', 'lockMS'],
    ['{"lockMs":"1s"}', 'lockMs'],
    ['{"lockMs":-1}', 'lockMs'],
    ['{"retryMs":1}', 'retryMs'],
    ['{"session":{"socket":{"pongMs":1}}}', 'session: socket'],
  ])('refuse %s, and say where', (text, where) => {
    const result = field.safeParse(text)
    expect(result.error?.issues.map(({ message }) => message).join()).toContain(where)
  })
})

function failureOf(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return null
}
