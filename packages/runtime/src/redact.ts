/** Takes secrets out of anything that is about to be logged. */

export const REDACTED = '[redacted]'

/** Characters of one text in a log: a traceback fits, a picture or a prompt of megabytes does not. */
const MAX_TEXT = 8 * 1024
/** Characters of all texts of an entry together. */
const MAX_ENTRY = 64 * 1024
/** Characters of a name. */
const MAX_NAME = 256
/** Items of a list, names of an object. */
const MAX_ITEMS = 100
/** Deep enough for what we log; deeper is cut, not trusted. */
const MAX_DEPTH = 6
const SECRET_PARTS = ['authorization', 'cookie', 'token', 'password', 'apikey', 'secret']
// what ComfyUI clients put there are api keys
const SECRET_NAMES = ['extradata', 'passwd', 'pwd']

/** `api_key_comfy_org`, `X-Api-Key` and `apiKey` are the same name. */
export function isSecretName(name: string): boolean {
  // nothing of ours is called so, and looking through it takes long
  if (name.length > MAX_NAME) return true
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return SECRET_NAMES.includes(plain) || SECRET_PARTS.some((part) => plain.includes(part))
}

/** What ends the part of a URL that may hold credentials. */
const AFTER_AUTHORITY: ReadonlySet<string> = new Set(' \t\n\r\f\v\u00a0/"\'<>')

/**
 * `redis://user:pass@host` → `redis://[redacted]@host`, anywhere in a text. One walk from `://` to `://`: a
 * pattern for this stopped a worker for 43 s over 75 KB of a node's text.
 */
export function redactUrlCredentials(text: string): string {
  const parts: string[] = []
  let kept = 0
  let looked = 0
  // the colon before the next `//` may be the last character of this part
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', looked - 1)) {
    const from = at + 3
    let end = from
    let sign = -1
    for (; end < text.length && !AFTER_AUTHORITY.has(text.charAt(end)); end += 1) {
      if (text[end] === '@') sign = end
    }
    if (sign >= 0) {
      parts.push(text.slice(kept, from), REDACTED)
      kept = sign
    }
    looked = end
  }
  return kept === 0 ? text : parts.join('') + text.slice(kept)
}

/** A text as it may be logged: the beginning of a long one. */
export function cutForLog(text: string, max = MAX_TEXT): string {
  return text.length <= max ? text : `${text.slice(0, max)}… and ${text.length - max} more`
}

/** What is left of a line for the values of one entry. */
interface Room {
  left: number
}

/**
 * A copy without the values of secret names, at any depth, and small enough to be one line of a log: foreign
 * text is cut before anything looks at it. `toPlain` turns errors into plain objects first.
 */
export function redact(
  value: unknown,
  toPlain: (error: Error) => unknown,
  at: { depth: number; room: Room } = { depth: 0, room: { left: MAX_ENTRY } },
): unknown {
  const { depth, room } = at
  if (typeof value === 'string') return take(value, room)
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Error) return toPlain(value)
  if (value instanceof Date || value instanceof URL) return value
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth === MAX_DEPTH) return '[deeper]'
  const next = { depth: depth + 1, room }
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX_ITEMS).map((item) => redact(item, toPlain, next))
    return value.length > MAX_ITEMS ? [...kept, more(value.length)] : kept
  }
  const entries = Object.entries(value)
  const kept = entries
    .slice(0, MAX_ITEMS)
    .map(([name, inner]) => [
      take(name, room),
      isSecretName(name) ? REDACTED : redact(inner, toPlain, next),
    ])
  return Object.fromEntries(
    entries.length > MAX_ITEMS ? [...kept, ['…', more(entries.length)]] : kept,
  )
}

function take(text: string, room: Room): string {
  const cut = cutForLog(text, Math.min(MAX_TEXT, Math.max(0, room.left)))
  room.left -= cut.length
  return cut
}

function more(count: number): string {
  return `… and ${count - MAX_ITEMS} more`
}
