/** One node's progress bar; newer servers leave out ticks that come too fast to see. */
import type { PreviewImage } from '../delivery/frames.ts'
import type { Tick } from './progress.ts'

const MIN_INTERVAL_MS = 100
const MIN_SHARE = 0.005

export interface ProgressBar {
  update(value: number, preview?: PreviewImage | null): void
}

export interface ProgressBarOptions {
  readonly max: number
  readonly throttled: boolean
  send(tick: Tick): void
  /** A tick that is sent is also a moment at which an interrupt strikes. */
  throwIfInterrupted(): void
}

export function createProgressBar(options: ProgressBarOptions): ProgressBar {
  const { max } = options
  let sentAt = 0
  let sentValue = -1

  const isDue = (value: number): boolean =>
    performance.now() - sentAt >= MIN_INTERVAL_MS && value - sentValue >= max * MIN_SHARE

  return {
    update(rawValue, preview) {
      const value = Math.min(rawValue, max)
      const must = preview !== undefined || sentValue < 0 || value >= max
      if (options.throttled && !must && !isDue(value)) return
      options.throwIfInterrupted()
      options.send({ value, max, preview })
      sentAt = performance.now()
      sentValue = value
    },
  }
}
