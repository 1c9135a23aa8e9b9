/** A program of the bench in a process of its own, that is told things and answers each. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Child {
  pid: number
  ask(order: unknown): Promise<unknown>
  close(): Promise<void>
}

const PATIENCE_MS = 60_000

/** Resolves with the first thing it says. */
export async function startChild(
  module: string,
  args: string[] = [],
): Promise<{ child: Child; first: unknown }> {
  const started = fork(fileURLToPath(new URL(`../${module}`, import.meta.url)), args, {
    execArgv: ['--conditions=@safelight/source', '--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [first] = await answerOf(started, module)
  return {
    first,
    child: {
      pid: started.pid ?? 0,
      async ask(order) {
        const answer = answerOf(started, module)
        started.send(order as object)
        return (await answer)[0]
      },
      async close() {
        if (started.exitCode !== null || started.signalCode !== null) return
        const gone = once(started, 'exit')
        started.kill('SIGKILL')
        await gone
      },
    },
  }
}

function answerOf(child: ChildProcess, what: string): Promise<unknown[]> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(PATIENCE_MS)])
  return Promise.race([
    once(child, 'message', { signal }),
    once(child, 'exit', { signal }).then(() => {
      throw new Error(`${what} ended`)
    }),
  ]).finally(() => over.abort())
}
