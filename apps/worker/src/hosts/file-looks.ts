/**
 * Which files one host lists: found with all its classes, and looked at again class by class, which is cheap.
 *
 * A class is asked for when a job names a file that no list has, because somebody may just have copied it there; not more
 * often than a host can bear, whoever asks. Besides that one class is asked for now and then, the one whose turn it is, so that
 * files that are gone are noticed.
 */
import { type FileChoices, type HostClient, isSameChoices, withAnew } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'
import type { FoundFiles } from '@safelight/store'
import type { WorkerTimings } from '../timings.ts'

export type HostFileLists = FoundFiles & { choices: FileChoices }

const NO_FILES_KNOWN: HostFileLists = { choices: new Map(), at: 0, askedAt: new Map() }

export interface FileLooks {
  readonly found: HostFileLists
  /** All of it, asked for at that time. */
  replace(choices: FileChoices, at: number): void
  /** A job names files that are not listed for these classes: they are asked for soon. */
  demand(classes: readonly string[]): void
  close(): void
}

export interface FileLooksOptions {
  client: Pick<HostClient, 'objectInfoOf'>
  timings: Pick<WorkerTimings, 'filesEveryMs' | 'filesAtLeastMs'>
  clock: Clock
  /** It answers: others are not asked. */
  isUp(): boolean
  /** Something else is known, or is known to be as it was when somebody demanded to know. */
  onFound(): void
}

/** Classes that are asked for one after the other before others have their turn. */
const AT_ONCE = 16
/** Of those asked for since all were. Older times are of no use to anybody. */
const REMEMBERED = 64

export function startFileLooks(options: FileLooksOptions): FileLooks {
  const { client, timings, clock } = options
  const closing = new AbortController()
  const demanded = new Set<string>()
  let found = NO_FILES_KNOWN
  let lookedAt = Number.NEGATIVE_INFINITY
  let turn = 0
  let looking = false
  let callOff = clock.after(untilTurn(), begin)

  /** Not all hosts at once. */
  function untilTurn(): number {
    return timings.filesEveryMs * (0.75 + 0.5 * Math.random())
  }

  function schedule(ms: number): void {
    callOff()
    if (!closing.signal.aborted) callOff = clock.after(ms, begin)
  }

  function begin(): void {
    void look()
  }

  /** The one whose turn it is. */
  function next(): string[] {
    const names = [...found.choices.keys()]
    const name = names[turn % Math.max(1, names.length)]
    turn += 1
    return name === undefined ? [] : [name]
  }

  async function look(): Promise<void> {
    looking = true
    lookedAt = clock.steady()
    const isDemanded = demanded.size > 0
    const classes = isDemanded ? [...demanded].slice(0, AT_ONCE) : next()
    for (const name of classes) demanded.delete(name)
    try {
      if (options.isUp()) for (const name of classes) await ask(name, isDemanded)
    } finally {
      looking = false
      schedule(demanded.size > 0 ? untilNext() : untilTurn())
    }
  }

  async function ask(name: string, isDemanded: boolean): Promise<void> {
    const { choices: before, at } = found
    const askedAt = clock.now()
    let news: FileChoices
    try {
      news = (await client.objectInfoOf(name, closing.signal)).files
    } catch {
      // whether it is there at all is for the probes to say
      return
    }
    // it has been asked for everything meanwhile
    if (closing.signal.aborted || found.at !== at) return
    const isSame = isSameChoices(before, news, [name])
    if (isSame && !isDemanded) return
    const times = [...found.askedAt, [name, askedAt] as const].slice(-REMEMBERED)
    found = {
      ...found,
      choices: isSame ? found.choices : withAnew(found.choices, [name], news),
      askedAt: new Map(times),
    }
    options.onFound()
  }

  const untilNext = () => Math.max(0, lookedAt + timings.filesAtLeastMs - clock.steady())

  return {
    get found() {
      return found
    },
    replace(choices, at) {
      found = { choices, at, askedAt: new Map() }
    },
    demand(classes) {
      const before = demanded.size
      for (const name of classes) if (demanded.size < REMEMBERED) demanded.add(name)
      if (demanded.size > before && !looking) schedule(untilNext())
    },
    close() {
      closing.abort()
      callOff()
    },
  }
}
