/** Takes the host's paths out of what a node says. One walk over the text: patterns for this backtrack, and 75 KB stopped a worker for 43 s. */

/** What ends a path in a traceback or a message. A folder may be called anything else, in any script, with spaces. */
const ENDS: ReadonlySet<string> = new Set('\n"\':*?<>|()[]{},;')
/** After one of these a slash is part of a word, a fraction or a URL. */
const BEFORE_NO_PATH = /[\p{L}\p{N}_:/.]/u
const FILE_URL = 'file://'

/** Absolute paths tell where the host keeps its things: only their last part stays. */
export function stripPaths(text: string): string {
  const parts: string[] = []
  let kept = 0
  let at = 0
  while (at < text.length) {
    const root = rootAt(text, at)
    if (!root) {
      at += 1
      continue
    }
    const { name, end } = walkPath(text, root)
    if (name !== null) {
      parts.push(text.slice(kept, Math.max(kept, root.start)))
      kept = name
    }
    // no other path begins in between: it would end with the same name
    at = end
  }
  return parts.join('') + text.slice(kept)
}

interface Root {
  start: number
  /** The first separator. */
  at: number
  /** `\` separates, too. */
  windows: boolean
}

/** Whether a path begins here, seen from its first separator. */
function rootAt(text: string, at: number): Root | null {
  const char = text[at]
  if (char !== '/' && char !== '\\') return null
  if (hasDrive(text, at)) return { start: at - 2, at, windows: true }
  const next = text[at + 1]
  if (char === '\\') {
    // \\server\share
    const isShare = next === '\\' && text[at - 1] !== '\\' && !isInWord(text, at)
    return isShare ? { start: at, at, windows: true } : null
  }
  // `//` begins a comment, or belongs to a URL
  if (next === '/') return null
  if (!isInWord(text, at)) return { start: at, at, windows: false }
  if (text[at - 1] === ':') return { start: at, at, windows: false }
  const isFileUrl = text[at - 1] === '/' && text.slice(at - FILE_URL.length, at) === FILE_URL
  return isFileUrl ? { start: at, at, windows: false } : null
}

/** `C:` before the separator, and not the end of a longer word; `C://` would be a URL. */
function hasDrive(text: string, at: number): boolean {
  return (
    text[at - 1] === ':' &&
    /[A-Za-z]/.test(text[at - 2] ?? '') &&
    !/\w/.test(text[at - 3] ?? '') &&
    !(text[at] === '/' && text[at + 1] === '/')
  )
}

function isInWord(text: string, at: number): boolean {
  const before = text.charAt(at - 1)
  // the second half of a character outside of the basic plane
  const isHalf = before >= '\uDC00' && before <= '\uDFFF'
  return BEFORE_NO_PATH.test(isHalf ? text.slice(at - 2, at) : before)
}

/** To the end of a path. `name` is where its last part begins, or null when no folder comes before one. */
function walkPath(text: string, root: Root): { name: number | null; end: number } {
  let name: number | null = null
  let hasFolder = false
  let end = root.at + 1
  for (; end < text.length; end += 1) {
    const char = text.charAt(end)
    if (ENDS.has(char) || (char === '\\' && !root.windows)) break
    if (char !== '/' && char !== '\\') hasFolder = true
    else if (hasFolder && beginsName(text.charAt(end + 1))) name = end + 1
  }
  return { name, end }
}

function beginsName(char: string): boolean {
  return char !== '' && char !== '/' && char !== '\\' && !ENDS.has(char) && !/\s/.test(char)
}
