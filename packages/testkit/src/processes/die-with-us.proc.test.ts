/** A starter that is killed with -9 takes its children along. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { until } from '../until.ts'
import { dieWithUs } from './die-with-us.ts'

const SOURCE = new URL('./die-with-us.ts', import.meta.url).href

/** Starts a child for ever, in a group of its own or in ours, says its pid, and stays. */
const starter = (detached: boolean) => `
  const { dieWithUs } = await import(${JSON.stringify(SOURCE)})
  const { spawn } = await import('node:child_process')
  const child = dieWithUs(spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'],
    { stdio: 'ignore', detached: ${detached} }))
  console.log(child.pid)
  process.stdin.resume()`

async function startStarter(detached: boolean) {
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval']
  const child = dieWithUs(
    spawn(process.execPath, [...args, starter(detached)], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, grandchild: Number(line) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it.each([true, false])(
  'kills what a killed process has started (a group of its own: %s)',
  async (detached) => {
    const { child, grandchild } = await startStarter(detached)
    expect(isAlive(grandchild)).toBe(true)
    child.kill('SIGKILL')
    await expect(until(() => !isAlive(grandchild), 'the grandchild is gone')).resolves.toBe(true)
  },
)

it('kills it also when the process ends by itself', async () => {
  const { child, grandchild } = await startStarter(false)
  child.stdin?.end()
  child.kill('SIGTERM')
  await expect(until(() => !isAlive(grandchild), 'the grandchild is gone')).resolves.toBe(true)
})
