import { describe, expect, it } from 'vitest'
import { createLogger, setLogLevel } from './logger.ts'
import { isSecretName, redactUrlCredentials } from './redact.ts'
import type { LogLevel } from './settings/common-config.ts'

/** A logger and what it wrote. */
function openLog(level: LogLevel = 'info') {
  const lines: string[] = []
  const log = createLogger({
    level,
    name: 'test',
    destination: { write: (line) => void lines.push(line) },
  })
  const entry = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}')
  return { log, lines, entry, text: () => lines.join('') }
}

const SECRET = 'hunter2-hunter2'

describe('secrets', () => {
  it.each([
    ['a header', { headers: { authorization: `Bearer ${SECRET}`, Cookie: SECRET } }],
    ['an array', { tries: [{ deep: { password: SECRET } }] }],
    ['the names of ComfyUI', { extra_data: { api_key_comfy_org: SECRET } }],
    ['any api key', { body: { apiKey: SECRET, 'X-API-Key': SECRET, api_key_x: SECRET } }],
    ['tokens', { accessToken: SECRET, auth_token: SECRET, token: { value: SECRET } }],
    ['deep down', { a: { b: { c: { d: { e: { f: { g: { h: SECRET } } } } } } } }],
    ['a url', { url: `redis://user:${SECRET}@example.test:6379/0` }],
    ['bytes', { data: Buffer.from(SECRET) }],
  ])('do not get out of %s', (_where, fields) => {
    const { log, text } = openLog('debug')
    log.info(fields, 'here')
    expect(text()).not.toContain(SECRET)
    expect(text()).not.toContain(Buffer.from(SECRET).toJSON().data.join(','))
    expect(text()).toContain('"msg":"here"')
  })

  it('do not get out of the message', () => {
    const { log, entry } = openLog()
    log.info(`connecting to rediss://:${SECRET}@redis.test:6380`)
    expect(entry()['msg']).toBe('connecting to rediss://[redacted]@redis.test:6380')
  })

  it('do not get out of child loggers', () => {
    const { log, text } = openLog()
    log.child({ token: SECRET, client: { password: SECRET }, jobId: 'j-1' }).info('hello')
    expect(text()).not.toContain(SECRET)
    expect(text()).toContain('"jobId":"j-1"')
  })

  it('do not get out of errors, their causes and what hangs on them', () => {
    const { log, text, entry } = openLog('debug')
    const inner = new Error(`connect redis://u:${SECRET}@h`)
    const error = new AggregateError([inner], 'all failed', { cause: inner })
    Object.assign(error, {
      config: { headers: { 'x-api-key': SECRET } },
      args: [SECRET],
      code: 'E1',
    })
    log.error({ err: error }, 'failed')
    log.error({ reason: error })
    log.error(error)
    expect(text()).not.toContain(SECRET)
    expect(entry()).toMatchObject({
      err: {
        type: 'AggregateError',
        code: 'E1',
        message: 'all failed',
        cause: { message: 'connect redis://[redacted]@h' },
        errors: [{ message: 'connect redis://[redacted]@h' }],
      },
    })
  })

  it.each([
    ['a://b:c@d e://f@g', 'a://[redacted]@d e://[redacted]@g'],
    ['x://u:p@h://i@j/k@l', 'x://[redacted]@h://[redacted]@j/k@l'],
    ['redis://u:p@ss@h:1/2', 'redis://[redacted]@h:1/2'],
    ['"amqp://u:p@h" mail@example.test', '"amqp://[redacted]@h" mail@example.test'],
    ['://', '://'],
    ['://@', '://[redacted]@'],
    ['a@b.c', 'a@b.c'],
  ])('do not get out of %s', (text, expected) => {
    expect(redactUrlCredentials(text)).toBe(expected)
  })

  it('leave everything else as it is', () => {
    const { log, entry } = openLog()
    const fields = { jobId: 'j', at: 5, list: [1, { nodeId: '3' }], none: null, ok: true }
    log.info(fields)
    expect(entry()).toMatchObject(fields)
    expect(isSecretName('node')).toBe(false)
    expect(redactUrlCredentials('see http://host:8188/view?a=b')).toBe(
      'see http://host:8188/view?a=b',
    )
  })
})

describe('entries', () => {
  it('say when in ISO time, how bad and who', () => {
    const { log, entry } = openLog()
    log.warn('careful')
    expect(entry()).toMatchObject({ level: 'warn', name: 'test', msg: 'careful', pid: process.pid })
    const time = String(entry()['time'])
    expect(new Date(time).toISOString()).toBe(time)
  })

  it('are written from the level on', () => {
    const { log, lines } = openLog('warn')
    log.info('no')
    log.warn('yes')
    expect(lines).toHaveLength(1)
  })
})

describe('a line', () => {
  const long = `${'x'.repeat(1_000_000)} redis://u:${SECRET}@h`
  const many = Array.from({ length: 10_000 }, () => long)

  it.each<[string, (log: ReturnType<typeof openLog>['log']) => void]>([
    ['a message', (log) => log.info(long)],
    ['a text', (log) => log.info({ text: long }, 'here')],
    ['many texts', (log) => log.info({ many, deep: { many } })],
    ['many names', (log) => log.info(Object.fromEntries(many.map((text, n) => [`${n}`, text])))],
    ['a name', (log) => log.info({ [long]: SECRET })],
    ['an error', (log) => log.error(new Error(long))],
    ['an error with a message', (log) => log.error({ err: new Error(long) }, long)],
    ['causes', (log) => log.error({ err: new Error(long, { cause: new Error(long) }) })],
    ['many errors', (log) => log.error(new AggregateError(many.map((text) => new Error(text))))],
  ])('has a size, however long %s is', (_what, write) => {
    for (const level of ['info', 'debug'] as const) {
      const { log, lines, text } = openLog(level)
      write(log)
      expect(lines).toHaveLength(1)
      expect(text().length).toBeLessThan(200_000)
      expect(text()).not.toContain(SECRET)
    }
  })

  it('says where an error was made that has a message of many lines', () => {
    const { log, entry } = openLog()
    log.error({ err: new Error('a\n    at apps/x\n'.repeat(100_000)) })
    expect(entry()).toMatchObject({
      err: { stack: expect.stringContaining('packages/runtime/src/logger.test.ts') },
    })
  })
})

describe('stack traces', () => {
  const failure = () => {
    try {
      JSON.parse('{')
    } catch (cause) {
      return new Error('broken', { cause })
    }
    return null
  }

  it('name our own files by their path in the repository, and no others, above debug', () => {
    const { log, text, entry } = openLog('info')
    log.error({ err: failure() })
    expect(entry()).toMatchObject({
      err: { stack: expect.stringContaining('packages/runtime/src') },
    })
    expect(text()).not.toMatch(/node_modules|node:internal|file:|"\/|\(\//)
  })

  it('are complete at debug', () => {
    const { log, text } = openLog('debug')
    log.error({ err: failure() })
    expect(text()).toContain('node_modules')
  })
})

describe('the level', () => {
  it('changes for a logger and all that was made of it, and for what is made of it then', () => {
    const { log, lines } = openLog('info')
    const child = log.child({ jobId: 'a' })
    const grandchild = child.child({ pool: 'b' })
    setLogLevel(log, 'debug')
    for (const one of [log, child, grandchild, log.child({}), child.child({})]) one.debug('heard')
    expect(lines).toHaveLength(5)
    setLogLevel(log, 'warn')
    for (const one of [log, child, grandchild]) one.info('not heard')
    expect(lines).toHaveLength(5)
  })
})

it('what a host or a user writes moves no cursor, begins no line and turns no text around', () => {
  const { log, lines, entry } = openLog()
  const evil = '\u001b[2J\u009b2J\u007f\u0085\u2028\u202e\n{"level":"fatal"}'
  log.child({ hostId: evil }).warn({ version: evil, err: new Error(evil) }, evil)
  expect(lines).toHaveLength(1)
  expect(lines[0]?.trimEnd()).not.toMatch(/[\p{Cc}\u2028\u202e]/u)
  expect(entry()).toMatchObject({ hostId: evil, version: evil, msg: evil })
})
