/** Durations in words people use. */

/** `0.8 s`, `12 s`, `3 min 5 s`, `2 h 4 min` */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** An estimate is never exact, so it does not look it: `a few seconds`, `about 20 s`, `about 3 min`. */
export function formatEstimate(ms: number): string {
  const seconds = ms / 1_000
  if (seconds < 4) return 'a few seconds'
  if (seconds < 20) return `about ${Math.round(seconds)} s`
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s`
  const minutes = seconds / 60
  return minutes < 90 ? `about ${Math.round(minutes)} min` : `about ${(minutes / 60).toFixed(1)} h`
}

/** How long ago, as short as a table wants it: `12 s`, `5 min`, `3 h`, `2 d`. A clock that is ahead is no future. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}
