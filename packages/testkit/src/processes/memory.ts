/** How much memory a Node process holds: what is left once its garbage is collected, at any version and on any allocator. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { z } from 'zod'
import { until } from '../until.ts'
import type { Process } from './process.ts'

/** Collects, and tells what is held. Whether a page went back to the system is for V8 and malloc to say, and they say different things. */
const TELL = `
  import { setFlagsFromString } from 'node:v8'
  import { runInNewContext } from 'node:vm'
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  process.on('SIGUSR2', () => {
    collect()
    setImmediate(() => {
      collect()
      const { heapUsed, external } = process.memoryUsage()
      process.stderr.write('held: ' + (heapUsed + external) + ' bytes\\n')
    })
  })
`

/** Collects in this process: twice, as the buffers that the first finds to be garbage are let go beside it, and are gone when the next begins. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = z.custom<() => void>().parse(runInNewContext('gc'))
  collect()
  await nextTurn()
  collect()
}

/** Belongs into the environment of a process that is to be asked; it collects at SIGUSR2, and says what is left. */
export const TELLS_MEMORY = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL)}`,
}

/** @param told started with `TELLS_MEMORY` in its environment */
export async function heldBytes(told: Process): Promise<number> {
  const answers = async () => [...(await told.told()).matchAll(/^held: (\d+) bytes$/gm)]
  const before = (await answers()).length
  const pid = told.pid()
  if (pid === null) throw new Error(`${told.name} is dead`)
  process.kill(pid, 'SIGUSR2')
  return until(async () => Number((await answers())[before]?.[1] ?? 0) || null, {
    what: `${told.name} tells what it holds`,
  })
}
