/** What a worker tells, for tests: every event, and the story of one job or host as lines. */
import {
  createLogger,
  type Emit,
  type EventBus,
  type EventOf,
  openEvents,
  type WorkerEvents,
} from '@safelight/runtime'

export interface Heard {
  /** For `startWorker`. */
  events: EventBus<WorkerEvents>
  /** All of them, in order. */
  all: EventOf<WorkerEvents>[]
  /** Bodies of one name. */
  of: <Name extends keyof WorkerEvents>(name: Name) => WorkerEvents[Name][]
  /**
   * What was told of a job: names, each with what tells it from others of its name. Without what depends on how fast a
   * machine is (writes, coalesced progress), and that it was put down in the end.
   */
  storyOf: (jobId: string) => string[]
}

export function hearWorker(): Heard {
  const events = openEvents<WorkerEvents>(createLogger({ level: 'silent', name: 'test' }))
  const all: EventOf<WorkerEvents>[] = []
  const note: Emit<WorkerEvents> = (...event) => void all.push(event)
  // a name and its body belong together
  events.onAny((name, body) => note(...([name, body] as unknown as EventOf<WorkerEvents>)))
  return {
    events,
    all,
    of: (name) => all.filter((event) => event[0] === name).map(([, body]) => body as never),
    storyOf: (jobId) =>
      all.flatMap((event) => {
        const [name, body] = event
        if (UNTOLD.has(name)) return []
        return 'jobId' in body && body.jobId === jobId ? [toLine(event)] : []
      }),
  }
}

const UNTOLD = new Set<string>(['event:appended', 'progress:coalesced', 'job:put-down'])

function toLine(event: EventOf<WorkerEvents>): string {
  const [name, body] = event
  // in which status its job was says nothing
  if (name === 'attempt:submitted' || name === 'attempt:adopted') return name
  return [
    name,
    ...DETAILS.flatMap((key) => (Object.hasOwn(body, key) ? valueOf(body, key) : [])),
  ].join(' ')
}

/** Of whichever event has them. */
const DETAILS = [
  'plan',
  'phase',
  'nodeId',
  'state',
  'cause',
  'retry',
  'outcome',
  'why',
  'end',
  'was',
  'status',
  'code',
  'to',
]

function valueOf(body: object, key: string): string[] {
  const value: unknown = Reflect.get(body, key)
  return typeof value === 'string' ? [value] : []
}
