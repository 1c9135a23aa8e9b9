/** Children that do not outlive us, however we end: a guard process kills them when its pipe to us breaks. */
import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'

/** Plain JavaScript, as whoever starts children may itself run from sources. */
const GUARD = `
const pids = new Set()
let rest = ''
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => undefined)
process.stdin.setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\\n')
  rest = lines.pop()
  for (const line of lines) pids[line[0] === '+' ? 'add' : 'delete'](Number(line.slice(1)))
})
const kill = (pid) => {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
process.stdin.on('close', () => {
  // a child with a group of its own takes its own children along
  for (const pid of pids) kill(-pid) || kill(pid)
  process.exit()
})
`

/** One per process, from its first child on. It is told of children before anybody awaits them. */
let guard: ChildProcess | null = null

/** @returns the child it was given: killed with -9 when this process is gone and the child is not */
export function dieWithUs<T extends ChildProcess>(child: T): T {
  const { pid } = child
  if (pid === undefined) return child
  guard ??= startGuard()
  tell(`+${pid}`)
  child.once('exit', () => tell(`-${pid}`))
  return child
}

function tell(line: string): void {
  guard?.stdin?.write(`${line}\n`)
}

function startGuard(): ChildProcess {
  const started = spawn(process.execPath, ['--eval', GUARD], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // out of reach of Ctrl-C, which we may take calmly
    detached: true,
    env: {},
  })
  // neither keeps us alive
  started.unref()
  if (started.stdin instanceof Socket) started.stdin.unref()
  started.stdin?.on('error', () => undefined)
  return started
}
