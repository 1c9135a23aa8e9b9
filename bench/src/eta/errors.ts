/** How far from the truth what was said of the end of a job was: at given shares of its way, by what had been said last. */

/** What a watcher was told. */
export interface Said {
  /** ms, of one clock. */
  atMs: number
  /** ms from then to the end; null: nobody can tell. */
  leftMs: number | null
}

export interface Way {
  beganMs: number
  /** What was said is of this moment. */
  endedMs: number
  /** Until then shares are counted. */
  untilMs: number
  said: readonly Said[]
}

export interface Miss {
  /** ms between the end as it was said and the end as it came. */
  ms: number
  /** Of the whole way. */
  share: number
}

/** Null when nothing was said, or that nobody can tell. @param share 0 to 1 */
export function missAt({ beganMs, endedMs, untilMs, said }: Way, share: number): Miss | null {
  const whole = endedMs - beganMs
  const now = beganMs + share * (untilMs - beganMs)
  const last = said.findLast(({ atMs }) => atMs <= now)
  if (last?.leftMs == null || whole <= 0) return null
  const ms = Math.abs(last.atMs + last.leftMs - endedMs)
  return { ms, share: ms / whole }
}

/** What was told of a job by its bar alone: it goes on as it has gone so far. */
export function byValue(
  told: readonly { atMs: number; value: number }[],
  { beganMs }: Pick<Way, 'beganMs'>,
): Said[] {
  return told.map(({ atMs, value }) => {
    const elapsed = atMs - beganMs
    // as it was before costs were learned: too early it was a random number
    const tells = value >= 0.05 && elapsed >= 1_000
    return { atMs, leftMs: tells ? (elapsed * (1 - value)) / value : null }
  })
}
