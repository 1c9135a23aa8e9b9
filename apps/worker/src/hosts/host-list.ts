/** The list of hosts of this worker: fixed by a setting, or a file that is read again and again. */
import {
  type Clock,
  type Logger,
  readSettingFile,
  repeat,
  rereadSettingFile,
} from '@safelight/runtime'
import { hostSchema, type HostValue, toHostValue } from './host-value.ts'
import { HostsFileError, parseHostsFile } from './hosts-file.ts'

export interface HostList {
  now(): readonly HostValue[]
  /** Tells each new list, until closed. */
  follow(tell: (hosts: readonly HostValue[]) => Promise<void>): { close(): Promise<void> }
}

/** @param slots of each */
export function toFixedList(urls: readonly string[], slots: number): HostList {
  const hosts = urls.map((url) => toHostValue(hostSchema.parse({ url }), slots))
  return { now: () => hosts, follow: () => ({ close: async () => {} }) }
}

/**
 * @param slots of a host that does not say how many it has
 * @throws HostsFileError
 */
export function readHostsFile(path: string, slots: number): HostValue[] {
  return parseHostsFile(readNow(path), slots)
}

/** The file when there is one, else the fixed list. */
export function openHostList({
  urls = [],
  path,
  slots,
  ...options
}: Omit<FileListOptions, 'path'> & {
  urls: readonly string[] | undefined
  path: string | undefined
}): HostList {
  return path === undefined ? toFixedList(urls, slots) : openFileList({ path, slots, ...options })
}

export interface FileListOptions {
  path: string
  slots: number
  everyMs: number
  clock: Clock
  log: Logger
}

/** What a look found. */
type Finding = { text: string } | { problem: string }

/** @throws HostsFileError when the file cannot be used now; later it leaves the list as it is, and a line in the log */
export function openFileList({ path, slots, everyMs, clock, log }: FileListOptions): HostList {
  const text = readNow(path)
  let hosts = parseHostsFile(text, slots)
  return {
    now: () => hosts,
    follow(tell) {
      let dealtWith: Finding = { text }
      let seen: Finding = dealtWith

      async function look(): Promise<void> {
        const found = await readAgain(path)
        // somebody may be in the middle of writing it, and half a list is a list as well: two looks must find the same
        const settled = isSame(found, seen)
        seen = found
        if (!settled || isSame(found, dealtWith)) return
        dealtWith = found
        const next = toHosts(found)
        if (!next) return
        const changes = compareLists(hosts, next)
        hosts = next
        log.info({ hosts: hosts.map(({ hostId }) => hostId), changes }, 'hosts file read again')
        await tell(hosts)
      }

      /** Null, and a line in the log, when it cannot be used. */
      function toHosts(found: Finding): HostValue[] | null {
        try {
          if ('text' in found) return parseHostsFile(found.text, slots)
          throw new HostsFileError([found.problem])
        } catch (error) {
          if (!(error instanceof HostsFileError)) throw error
          const { problems } = error
          log.warn({ problems }, 'hosts file cannot be used: the hosts stay as they are')
          return null
        }
      }

      const onError = (error: unknown) => log.error({ err: error }, 'hosts file not followed')
      return repeat({ everyMs, clock, run: look, onError })
    },
  }
}

function isSame(one: Finding, other: Finding): boolean {
  return 'text' in one
    ? 'text' in other && one.text === other.text
    : 'problem' in other && one.problem === other.problem
}

function readNow(path: string): string {
  const read = readSettingFile(path)
  if ('problem' in read) throw new HostsFileError([read.problem])
  return read.bytes.toString()
}

async function readAgain(path: string): Promise<Finding> {
  const read = await rereadSettingFile(path)
  return 'problem' in read ? read : { text: read.bytes.toString() }
}

/** In words for the log, without addresses: what a typo did must be seen there. */
function compareLists(before: readonly HostValue[], after: readonly HostValue[]): string[] {
  const known = new Map(before.map((host) => [host.hostId, host]))
  const kept = new Set(after.map(({ hostId }) => hostId))
  const gone = before.flatMap(({ hostId }) => (kept.has(hostId) ? [] : [`${hostId}: gone`]))
  const others = after.flatMap((host) => {
    const was = known.get(host.hostId)
    if (!was) return [`${host.hostId}: new${toLabels(host)}`]
    const parts = [
      ...(toLabels(was) === toLabels(host) ? [] : [`labels${toLabels(was)} →${toLabels(host)}`]),
      ...(was.slots === host.slots ? [] : [`slots ${was.slots} → ${host.slots}`]),
    ]
    return parts.length === 0 ? [] : [`${host.hostId}: ${parts.join(', ')}`]
  })
  return [...gone, ...others]
}

const toLabels = ({ labels }: HostValue) => ` [${labels.join(', ')}]`
