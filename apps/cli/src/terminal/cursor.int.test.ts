/** The cursor comes back, however the process ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { dieWithUs } from '@safelight/testkit'
import { expect, it } from 'vitest'

const MODULE = pathToFileURL(fileURLToPath(new URL('./screen.ts', import.meta.url))).href
const SHOWN = '\u001B[?25h'
const HIDDEN = '\u001B[?25l'

async function run(then: string, signal?: NodeJS.Signals) {
  const script = `process.stdout.isTTY = true
    const { createCursor } = await import(${JSON.stringify(MODULE)})
    const cursor = createCursor(process.stdout)
    cursor.hide()
    cursor.hide()
    ${then}`
  const child = spawn('node', ['--import', 'tsx', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  dieWithUs(child)
  let said = ''
  child.stdout.on('data', (data: Buffer) => {
    said += data.toString()
    if (signal && said.includes('ready')) child.kill(signal)
  })
  const [code, by]: unknown[] = await once(child, 'close')
  return { code, by, said: said.replace('ready\n', '') }
}

const WAIT = `process.stdout.write('ready\\n'); setInterval(() => undefined, 1_000)`

it('at its end', async () => {
  expect(await run('')).toEqual({ code: 0, by: null, said: HIDDEN + SHOWN })
})

it('when it throws', async () => {
  expect(await run(`throw new Error('oh')`)).toEqual({ code: 1, by: null, said: HIDDEN + SHOWN })
})

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('at %s, which ends it', async (signal) => {
  expect(await run(WAIT, signal)).toEqual({ code: null, by: signal, said: HIDDEN + SHOWN })
})

it('at a signal that somebody else answers', async () => {
  const answer = `process.on('SIGINT', () => process.exit(7)); ${WAIT}`
  expect(await run(answer, 'SIGINT')).toEqual({ code: 7, by: null, said: HIDDEN + SHOWN })
})
