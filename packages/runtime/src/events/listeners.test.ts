import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createLogger } from '../logger.ts'
import { createScope } from '../scope.ts'
import { openListeners } from './listeners.ts'
import { openEvents } from './open-events.ts'
import type { WorkerEvents } from './process-events.ts'

async function open(...modules: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'safelight-listeners-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const paths = modules.map((_, at) => join(folder, `listener-${at}.mjs`))
  for (const [at, text] of modules.entries()) await writeFile(paths[at] ?? '', text)
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const log = createLogger({ level: 'info', name: 'test', destination })
  const scope = createScope()
  const events = openEvents<WorkerEvents>(log)
  await openListeners({ app: 'worker', paths, events, log, scope })
  return {
    events,
    lines,
    scope,
    find: (msg: string) => lines.filter((line) => line['msg'] === msg),
  }
}

const TELLS = `export default ({ app, events, log }) => {
  events.on('job:mishap', ({ jobId }) => log.info({ app, jobId }, 'heard'))
  events.onAny((name) => log.info({ event: name }, 'any'))
  return () => log.info('closed')
}`

it('lets modules hear what happens, and be closed at the end', async () => {
  const { events, find, scope } = await open(TELLS)
  events.emit('job:mishap', { jobId: 'a', error: null, mishaps: 1 })
  events.emit('host:left', { hostId: 'gpu' })
  expect(find('heard')).toMatchObject([{ app: 'worker', jobId: 'a' }])
  expect(find('any').map(({ event }) => event)).toEqual(['job:mishap', 'host:left'])
  expect(find('closed')).toEqual([])
  await scope.close()
  expect(find('closed')).toHaveLength(1)
})

it('gives them no voice, and says of one that fails once for each event', async () => {
  const broken = `export default ({ events }) => {
    if (events.emit) throw new Error('it may speak')
    events.onAny(async () => { throw new Error('mine') })
  }`
  const { events, find } = await open(broken, TELLS)
  for (const jobId of ['a', 'b']) events.emit('job:mishap', { jobId, error: null, mishaps: 1 })
  await expect
    .poll(() => find('a listener failed'))
    .toMatchObject([
      { level: 'warn', event: 'job:mishap', err: { message: 'mine' } },
      { level: 'warn', event: 'listener:failed' },
    ])
  expect(find('heard')).toHaveLength(2)
})

it.each([
  ['is not there', null, /cannot be used: .*listener-0\.mjs/],
  ['throws while it is loaded', 'throw new Error("mine")', /listener-0\.mjs cannot be used: mine/],
  ['throws when it is called', 'export default () => { throw new Error("mine") }', /be used: mine/],
  ['has nothing to call', 'export const a = 1', /its default export is not a function/],
])('refuses to start with one that %s', async (_, text, problem) => {
  const opening =
    text === null
      ? openListeners({
          app: 'api',
          paths: ['/nowhere/listener-0.mjs'],
          events: openEvents<WorkerEvents>(createLogger({ level: 'silent', name: 'test' })),
          log: createLogger({ level: 'silent', name: 'test' }),
          scope: createScope(),
        })
      : open(text)
  await expect(opening).rejects.toMatchObject({
    code: 'invalid_config',
    problems: [expect.stringMatching(problem)],
  })
})
