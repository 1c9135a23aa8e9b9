/** The blows of a run in their time: those of the schedule, and between them, with everybody well again, those that are held. */
import { setTimeout as delay } from 'node:timers/promises'
import type { HeldBlow } from './alerts.ts'
import type { Blows } from './blows.ts'
import type { HeldPlan } from './held.ts'
import type { Act } from './schedule.ts'

export interface StrikeAllOptions {
  blows: Blows
  acts: readonly Act[]
  held: readonly HeldPlan[]
  /** Of the schedule alone: held blows come on top of it. */
  durationMs: number
  signal: AbortSignal
}

/** Resolves when the time is over; what was struck last may not be mended yet. */
export async function strikeAll(options: StrikeAllOptions): Promise<HeldBlow[]> {
  const { blows, acts, held, durationMs, signal } = options
  const done: HeldBlow[] = []
  const struck: Promise<void>[] = []
  let startedAt = Date.now()
  const at = (ms: number) => delay(Math.max(0, startedAt + ms - Date.now()), undefined, { signal })

  async function hold({ what, must, acts: own }: HeldPlan): Promise<void> {
    const pausedAt = Date.now()
    await blows.mendAll()
    const from = Date.now()
    await Promise.all(own.map((act) => blows.strike(act)))
    done.push({ what, must, from, to: Date.now() })
    startedAt += Date.now() - pausedAt
  }

  const turns = [
    ...acts.map((act) => ({
      atMs: act.atMs,
      run: async () => {
        struck.push(blows.strike(act))
      },
    })),
    ...held.map((plan, n) => ({
      atMs: (durationMs * (n + 1)) / (held.length + 1),
      run: () => hold(plan),
    })),
  ].toSorted((a, b) => a.atMs - b.atMs)
  for (const { atMs, run } of turns) {
    await at(atMs)
    await run()
  }
  await at(durationMs)
  return done
}
