/** The simulator as a process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dieWithUs } from '@safelight/testkit'
import { expect, it, onTestFinished, vi } from 'vitest'
import { slowSteps } from './testing/graphs.ts'
import { createVisitor } from './testing/visitor.ts'

/** What the tests' global set-up has bundled from these sources. */
const MAIN = fileURLToPath(new URL('../dist/bundle.js', import.meta.url))

const WAIT = { timeout: 60_000 }

function start(...flags: string[]): {
  child: ChildProcess
  output: () => string
  ended: Promise<number | null>
} {
  const child = spawn(process.execPath, [MAIN, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  dieWithUs(child)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, output: () => output, ended }
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  'says where it listens and ends well on %s in the middle of work',
  async (signal) => {
    const { child, output, ended } = start('--port', '0', '--dialect', '0.3.64')
    try {
      const url = await new Promise<string>((resolve, reject) => {
        child.stdout?.on('data', () => {
          const match = /^simulator listening on (http:\/\/127\.0\.0\.1:\d+)\n/.exec(output())
          if (match?.[1] !== undefined) resolve(match[1])
        })
        void ended.then(() => reject(new Error('it ended before it listened')))
      })
      const visitor = createVisitor(url)
      await visitor.submit(slowSteps(100, 1))
      expect((await visitor.get('/system_stats')).text).toContain('0.3.64')
    } finally {
      child.kill(signal)
    }
    expect(await ended).toBe(0)
  },
)

it('leaves a record of what it executed, also when it is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'executions.jsonl')
  const { child, output, ended } = start('--port', '0', '--executions', file)
  onTestFinished(() => void child.kill('SIGKILL'))
  await vi.waitFor(() => expect(output()).toMatch(/listening on /), WAIT)
  const visitor = createVisitor(/http:\S+/.exec(output())?.[0] ?? '')
  await visitor.submit(slowSteps(1, 0.001))
  await visitor.submit(slowSteps(100, 1))
  const lines = () => readFileSync(file, 'utf8').trim().split('\n')
  await vi.waitFor(() => expect(lines()).toHaveLength(3), WAIT)
  child.kill('SIGKILL')
  await ended
  const events = lines().map((line) => JSON.parse(line))
  expect(events.map(({ outcome }) => outcome)).toEqual(['running', 'success', 'running'])
  expect(events[0]).toMatchObject({ promptId: events[1].promptId, startedAt: events[1].startedAt })
  expect(events[2].promptId).not.toBe(events[1].promptId)
})

it('outlives a client whose socket it refused and who is gone before it reads that', async () => {
  const { child, output } = start('--port', '0')
  onTestFinished(() => void child.kill('SIGKILL'))
  await vi.waitFor(() => expect(output()).toMatch(/listening on /), WAIT)
  const url = /http:\S+/.exec(output())?.[0] ?? ''
  for (let n = 0; n < 20; n += 1) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(
      'GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    await once(socket, 'data')
    socket.resetAndDestroy()
  }
  expect((await createVisitor(url).get('/system_stats')).status).toBe(200)
})

it('ends at once during an execution, with nothing but its beginning on record', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'executions.jsonl')
  const faults = JSON.stringify({ slowHttp: 1 })
  const { child, output, ended } = start('--port', '0', '--executions', file, '--faults', faults)
  onTestFinished(() => void child.kill('SIGKILL'))
  await vi.waitFor(() => expect(output()).toMatch(/listening on /), WAIT)
  const visitor = createVisitor(/http:\S+/.exec(output())?.[0] ?? '')
  const set = await visitor.post('/_simulator/faults', { exitDuring: 'execution' })
  expect(set.json).toMatchObject({ slowHttp: 1, exitDuring: 'execution' })
  const promptId = await visitor.submit(slowSteps(5, 0.2))
  expect(await ended).toBe(1)
  const events = readFileSync(file, 'utf8').trim().split('\n')
  expect(events.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'start', promptId, number: 0, clientId: null },
  ])
})

it('explains its flags, and refuses a dialect nobody speaks and a fault nobody knows', async () => {
  const help = start('--help')
  expect(await help.ended).toBe(0)
  expect(help.output()).toContain('--dialect')
  expect(help.output()).toContain('deafReconnect')
  expect(await start('--dialect', '9.9.9').ended).toBe(2)
  expect(await start('--faults', '{"dead":true}').ended).toBe(2)
})
