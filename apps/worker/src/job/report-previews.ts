/**
 * Previews of one job: the latest wins, at a bearable rate, and only while somebody looks.
 *
 * Whether anybody does is asked before a picture is sent, not more often than `askMs`. While nobody does, the latest one
 * is kept here: who comes sees it a moment later, however long the host takes for the next.
 */
import type { Clock } from '@safelight/runtime'
import type { Preview } from '@safelight/store'

export interface PreviewReport {
  push(preview: Preview): void
  /** Drops what is kept, and asks no more. */
  close(): void
}

export interface PreviewReportOptions {
  /** Pause between two that are sent. */
  everyMs: number
  askMs: number
  clock: Clock
  isWatched: () => Promise<boolean>
  publish: (preview: Preview) => Promise<unknown>
  onError: (error: unknown) => void
}

export function createPreviewReport(options: PreviewReportOptions): PreviewReport {
  const { everyMs, askMs, clock, onError } = options
  let latest: Preview | null = null
  let isBusy = false
  let closed = false
  let callOff: (() => void) | null = null
  let nextMs = Number.NEGATIVE_INFINITY
  let askedMs = Number.NEGATIVE_INFINITY
  let watched = false

  function schedule(): void {
    if (!latest || isBusy || callOff || closed) return
    const waitMs = nextMs - clock.steady()
    if (waitMs <= 0) start()
    else callOff = clock.after(waitMs, start)
  }

  function start(): void {
    callOff = null
    isBusy = true
    void send()
      .catch((error: unknown) => {
        nextMs = clock.steady() + askMs
        onError(error)
      })
      .finally(() => {
        isBusy = false
        schedule()
      })
  }

  async function send(): Promise<void> {
    if (!(await isWatched())) {
      nextMs = askedMs + askMs
      return
    }
    const preview = latest
    if (!preview || closed) return
    latest = null
    nextMs = clock.steady() + everyMs
    await options.publish(preview)
  }

  async function isWatched(): Promise<boolean> {
    if (clock.steady() < askedMs + askMs) return watched
    askedMs = clock.steady()
    watched = await options.isWatched()
    return watched
  }

  return {
    push(preview) {
      latest = preview
      schedule()
    },
    close() {
      closed = true
      latest = null
      callOff?.()
    },
  }
}
