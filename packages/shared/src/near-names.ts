/** What somebody may have meant who wrote a name that is not there: `fluxx` is like `flux`. */
import { toLine } from './foreign-text.ts'
import { LINE_MAX } from './limits.ts'

const MOST_NAMES = 3
/** Names that are looked at; a fleet has a few dozen. */
const MOST_KNOWN = 1_000
/** Of the longer of two names, this part may be written otherwise, and no more than so many characters. */
const SHARE = 3
const MOST_EDITS = 3

/**
 * @returns known names that differ by a slip of the hand at most, the nearest first, three at most. Names that are longer than a
 * line are like none.
 */
export function nearNames(name: string, known: Iterable<string>): string[] {
  const found: { other: string; edits: number }[] = []
  const seen = new Set<string>()
  for (const other of known) {
    if (seen.size === MOST_KNOWN) break
    if (seen.has(other)) continue
    seen.add(other)
    const longer = Math.max(name.length, other.length)
    const allowed = Math.min(MOST_EDITS, Math.floor(longer / SHARE))
    // most are told apart by their length alone
    if (other === name || longer > LINE_MAX) continue
    if (Math.abs(name.length - other.length) > allowed) continue
    const edits = editsBetween(name.toLowerCase(), other.toLowerCase())
    if (edits <= allowed) found.push({ other, edits })
  }
  const nearest = found.sort(
    (one, two) => one.edits - two.edits || (one.other < two.other ? -1 : 1),
  )
  return nearest.slice(0, MOST_NAMES).map(({ other }) => other)
}

/** `; like it: 'flux'`, to end a sentence that says that a name is not there; nothing where none is. */
export function likeIt(name: string, known: Iterable<string>): string {
  const near = nearNames(name, known).map((other) => `'${toLine(other)}'`)
  return near.length > 0 ? `; like it: ${near.join(', ')}` : ''
}

/** Characters left out, put in, changed, or changed with their neighbour (optimal string alignment). */
function editsBetween(one: string, two: string): number {
  let [before, last] = [[] as number[], Array.from({ length: two.length + 1 }, (_, at) => at)]
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row]
    for (let at = 1; at <= two.length; at += 1) {
      const isSame = one[row - 1] === two[at - 1]
      const isSwapped = row > 1 && one[row - 1] === two[at - 2] && one[row - 2] === two[at - 1]
      next.push(
        Math.min(
          (last[at] ?? 0) + 1,
          (next[at - 1] ?? 0) + 1,
          (last[at - 1] ?? 0) + Number(!isSame),
          isSwapped ? (before[at - 2] ?? 0) + 1 : Infinity,
        ),
      )
    }
    ;[before, last] = [last, next]
  }
  return last[two.length] ?? 0
}
