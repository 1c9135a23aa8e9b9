/**
 * Every family of keys in Redis, and what bounds it. A name in keys.ts that has none does not compile, and a key that is
 * found and belongs to none makes a soak fail.
 */
import { createKeys, type Keys, RETAINED_AT_MOST } from '@safelight/store'

/** What ends the keys of a family, or keeps the one of it small. */
export const BOUNDS = {
  expires: 'carries its own end',
  job: 'goes with its job',
  asset: 'goes with its asset',
  entries: 'one, whose entries go with what they name',
  host: 'one for each host or queue, forgotten with it',
  line: 'one for each pool or owner, gone with it',
  cut: 'cut to a length',
} as const
export type Bound = keyof typeof BOUNDS

export interface Family {
  /** What is told of it: `backlog:of`, `bull:events`. */
  name: string
  /** The name in keys.ts; those of BullMQ are beneath `bullPrefix`. */
  key: keyof Keys
  bound: Bound
  /** Why that is enough, in words for docs. */
  why: string
  /** Entries of a key that is cut to a length. */
  most?: number
  pattern: RegExp
}

type Told = readonly [bound: Exclude<Bound, 'cut'>, why: string] | Cut
type Cut = readonly [bound: 'cut', why: string, most: number]
/** Beside the key itself, what has a further name behind it. */
type Entry = Told | { own: Told; beside: Readonly<Record<string, Told>> }

/** No keys: channels, and the beginnings of names. */
type NoKey = 'namespace' | 'prefix' | 'live' | 'previews' | 'control'

const LINE = ['line', 'gone with the last job of it'] as const
const POOL = ['line', 'forgotten with the last host that had the pool'] as const

const FAMILIES: Readonly<Record<Exclude<keyof Keys, NoKey>, Entry>> = {
  pools: ['entries', 'pools that a known host has, or jobs'],
  backlog: {
    own: LINE,
    beside: {
      'of:*': LINE,
      since: LINE,
      last: [
        'cut',
        'the owners served last; forgotten as `backlog:shares` is',
        RETAINED_AT_MOST.owners,
      ],
      running: LINE,
      // some more than are kept, before they are cut
      past: ['cut', 'the latest dispatches; forgotten as `backlog:shares` is', 600],
      shares: POOL,
    },
  },
  deferred: ['entries', 'jobs that have not ended'],
  dispatched: ['host', 'jobs that have a slot there'],
  collecting: ['host', 'jobs whose outputs are carried away from there'],
  idle: ['expires', 'a few seconds after they were said to have nothing to do'],
  dispatchedTo: ['entries', 'hosts that have jobs; forgotten with the host'],
  running: ['line', 'jobs of the owner that have a slot'],
  bullPrefix: {
    own: ['line', 'none has this name'],
    beside: {
      '*:meta': ['host', 'one for each queue: of a pool, and two of a host; forgotten with it'],
      // Redis cuts a stream by whole nodes, of a hundred entries
      '*:events': ['cut', 'about a hundred', 200],
      '*:marker': ['host', 'one for each queue'],
      '*:id': ['host', 'one for each queue'],
      '*:wait': ['job', 'tickets of jobs that wait'],
      '*:paused': ['job', 'tickets of jobs that wait'],
      '*:active': ['job', 'tickets in a hand'],
      '*:prioritized': ['job', 'tickets of jobs that wait'],
      '*:pc': ['host', 'one for each queue'],
      '*:delayed': ['job', 'tickets that wait for a time'],
      '*:stalled': ['job', 'tickets in a hand'],
      '*:stalled-check': ['expires', 'within a look'],
      '*:completed': ['cut', 'none is kept', 0],
      '*:failed': ['cut', 'the latest fifty of a queue', 50],
      '*:limiter': ['expires', 'within a look'],
      '*:*:lock': ['expires', 'the lease of a ticket'],
      '*:*': ['job', 'tickets, removed when they are spent'],
    },
  },
  job: ['expires', '`RETENTION` after the end'],
  workflow: ['job', 'as long as the record'],
  events: ['job', 'cut while it runs, an hour past the end'],
  preview: ['expires', 'two minutes after the last frame'],
  secrets: ['expires', 'at the end, or after a day'],
  idempotency: ['expires', 'after a day'],
  uploadKey: ['expires', 'after a day'],
  index: ['entries', 'jobs that are kept'],
  open: ['entries', 'jobs that have not ended'],
  canceling: ['entries', 'jobs that are being canceled'],
  replicated: ['expires', 'a minute'],
  openBytes: ['entries', 'one number'],
  deadLetters: ['entries', '`DEAD_LETTER_RETENTION`'],
  deadlines: ['entries', 'jobs that have not ended'],
  asset: ['asset', 'until it expires or is deleted'],
  assetHolds: ['job', 'jobs that have not ended'],
  assets: ['entries', 'assets that are kept'],
  assetsExpiry: ['entries', 'assets that are kept'],
  assetsNeeded: ['entries', 'what is past is removed with the next write'],
  blob: ['asset', 'removed with the last asset over it'],
  blobRefs: ['asset', 'removed with the last asset over it'],
  blobsPending: ['entries', 'writes under way, given up after a day'],
  blobsTrash: ['entries', 'until the janitor comes by'],
  made: ['expires', 'with the asset'],
  hosts: [
    'entries',
    'forgotten a day after the last report; of processes that are gone, ten for each host',
  ],
  hostDrains: ['entries', 'drains that were asked for, until they are lifted'],
  hostStuck: ['entries', 'hosts with a prompt that stands still'],
  nodeClasses: ['entries', 'hosts that are known'],
  nodeClassTexts: ['entries', 'sets of classes of known hosts'],
  hostFiles: ['entries', 'hosts that are known'],
  hostFilesAt: ['entries', 'hosts that are known'],
  orphans: ['host', 'expires: six hours after the last'],
  staged: ['host', 'inputs that nobody has needed for a day are taken off; expires after thirty'],
  stagedNeeded: ['host', 'as `staged`'],
  costs: ['cut', 'the kinds of work that were measured last', RETAINED_AT_MOST.node_costs],
  costsMeasured: ['cut', 'as `costs`', RETAINED_AT_MOST.node_costs],
  sweeps: ['entries', 'four numbers for each kind of thing that is swept'],
}

const ARGUMENT = '\u0000'
/** Longest first: `job:x:workflow` is no `job`. */
export function createFamilies(namespace: string): readonly Family[] {
  const keys = createKeys(namespace)
  const weighed = Object.entries(FAMILIES).flatMap(([key, entry]) => {
    const name = key as keyof typeof FAMILIES
    const made = keys[name]
    const full = typeof made === 'function' ? made(ARGUMENT) : made
    const { own, beside } = 'own' in entry ? entry : { own: entry, beside: {} }
    return [['', own] as const, ...Object.entries(beside)].map(([suffix, [bound, why, most]]) => ({
      weight: full.replaceAll(ARGUMENT, '').length + suffix.replaceAll('*', '').length,
      family: {
        name: toName(full.slice(keys.prefix.length), suffix),
        key: name,
        bound,
        why,
        ...(most !== undefined && { most }),
        pattern: toPattern(suffix === '' ? full : `${full}:${suffix}`),
      },
    }))
  })
  return weighed.toSorted((one, other) => other.weight - one.weight).map(({ family }) => family)
}

const toName = (name: string, suffix: string) =>
  [name, suffix]
    .join(':')
    .split(':')
    .filter((part) => part !== '' && part !== ARGUMENT)
    .join(':')

/** What stands for an argument may be anything but nothing: names of hosts have colons in them. */
function toPattern(name: string): RegExp {
  const text = name
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(ARGUMENT, '.+')
    .replaceAll('*', '.+')
  return new RegExp(`^${text}$`)
}

/** null: it belongs to none */
export const familyOf = (families: readonly Family[], key: string): Family | null =>
  families.find(({ pattern }) => pattern.test(key)) ?? null
