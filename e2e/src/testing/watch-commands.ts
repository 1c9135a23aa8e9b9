/** Which commands each user of a Redis has sent, and which scripts may call. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Redis } from 'ioredis'

export interface CommandsOfUser {
  /** As an ACL names them: `hget`, `config|get`. */
  sent: Set<string>
  /** All that stand in the scripts that it ran, whether this run came by or not. */
  inScripts: Set<string>
}

export interface CommandWatch {
  /** Of that user, so far. */
  of(user: string): CommandsOfUser
  close(): void
}

/** Those whose first argument is part of the name. */
const CONTAINERS: ReadonlySet<string> = new Set(['client', 'config', 'object', 'pubsub', 'xinfo'])
/** How our scripts, and those of BullMQ, call a command. */
const CALL = /\b(?:redis\.p?call|rcall)\(\s*(['"])(\w+)\1(?:\s*,\s*(['"])(\w+)\3)?/g
/** BullMQ chooses between these two by a variable. */
const PUSH = /\bpushCmd\s*=/

/** @param admin a client whose user may do all */
export async function watchCommands(admin: Redis): Promise<CommandWatch> {
  const monitor = await admin.monitor()
  const users = new Map<string, string>()
  const texts = new Map<string, string>()
  const lines: { source: string; command: string; script: string | null }[] = []
  let asking: Promise<void> | null = null

  async function askWho(): Promise<void> {
    for (const line of String(await admin.client('LIST')).split('\n')) {
      const [, address, user] = /\baddr=(\S+) .*\buser=(\S+)/.exec(line) ?? []
      if (address !== undefined && user !== undefined) users.set(address, user)
    }
    asking = null
  }

  let last = ''
  monitor.on('monitor', (_at: string, args: string[], source: string) => {
    const [name = '', first = ''] = args
    const word = name.toLowerCase()
    const from = source === 'lua' ? last : source
    last = from
    if (!users.has(from)) asking ??= askWho()
    let script = word === 'evalsha' ? first : null
    if (word === 'eval') {
      const text = unescape(first)
      script = createHash('sha1').update(text, 'latin1').digest('hex')
      texts.set(script, text)
    }
    lines.push({ source: from, command: nameOf(word, first), script })
  })

  function textOf(sha: string): string {
    const text = texts.get(sha)
    if (text === undefined) throw new Error(`nobody has said what the script ${sha} is`)
    return text
  }

  return {
    of(user) {
      const own = lines.filter(({ source }) => users.get(source) === user)
      const scripts = new Set(own.flatMap(({ script }) => script ?? []))
      return {
        sent: new Set(own.map(({ command }) => command)),
        inScripts: new Set([...scripts].flatMap((sha) => callsIn(textOf(sha)))),
      }
    },
    close: () => monitor.disconnect(),
  }
}

const ESCAPED: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' }

/** One character for each byte; the client library has seen to the quotes only. */
function unescape(told: string): string {
  return told.replaceAll(/\\(x([0-9a-f]{2})|.)/g, (_, short: string, hex?: string) =>
    hex === undefined ? (ESCAPED[short] ?? short) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

const nameOf = (word: string, first: string) =>
  CONTAINERS.has(word) ? `${word}|${first.toLowerCase()}` : word

const PACKAGES = new URL('../../../packages/', import.meta.url)

/** All that stand in our own scripts: any part of the store may be used by both apps. */
export function callsOfOurs(): string[] {
  const root = new URL('store/src/', PACKAGES)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => callsIn(readFileSync(new URL(file, root), 'utf8')))
}

/** All that stand in these scripts of BullMQ, which are run only when something has gone wrong. */
export function callsOfBullMq(names: readonly string[]): string[] {
  const entry = createRequire(new URL('store/package.json', PACKAGES)).resolve('bullmq')
  const folder = join(entry, '../scripts')
  return names.flatMap((name) => {
    const file = readdirSync(folder).find((found) => new RegExp(`^${name}-\\d+\\.js$`).test(found))
    if (!file) throw new Error(`BullMQ has no script ${name} any more`)
    return callsIn(readFileSync(join(folder, file), 'utf8'))
  })
}

function callsIn(lua: string): string[] {
  const called = [...lua.matchAll(CALL)].map(([, , name = '', , first = '']) =>
    nameOf(name.toLowerCase(), first),
  )
  return PUSH.test(lua) ? [...called, 'lpush', 'rpush'] : called
}
