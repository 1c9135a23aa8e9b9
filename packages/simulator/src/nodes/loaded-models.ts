/** The models in the memory of the simulated GPU: what another one costs, and how many have room. */
import { isRecord, type Json } from '../record.ts'

export interface ModelMemory {
  /** So many have room; one more, and the one that was used longest ago goes. No bound unless told. */
  readonly kept?: number
  /** Milliseconds that loading a file takes, by its name; a usual checkpoint's for those not named. */
  readonly loadMs?: Readonly<Record<string, number>>
  /** Milliseconds of a sampler's step per megapixel with a checkpoint, by its name; 120, whatever the size, for those not named. */
  readonly stepMs?: Readonly<Record<string, number>>
}

export interface LoadedModels {
  /** What it takes to have it in place: 0 when it is. */
  costOf(name: string): number
  /** Of one step of a sampler. */
  stepMs(name: string, megapixels: number): number
  /** It is in place now, and was used last. */
  use(name: string): void
  clear(): void
}

const USUAL_LOAD_MS = 1500
const USUAL_STEP_MS = 120

/** @param onLoad told of every load, as soon as it is over */
export function createLoadedModels(
  { kept = Infinity, loadMs = {}, stepMs = {} }: ModelMemory,
  onLoad: (name: string) => void,
): LoadedModels {
  /** Used longest ago first. */
  const inPlace = new Set<string>()
  return {
    costOf(name) {
      if (inPlace.has(name)) return 0
      return Object.hasOwn(loadMs, name) ? (loadMs[name] ?? USUAL_LOAD_MS) : USUAL_LOAD_MS
    },
    stepMs(name, megapixels) {
      return Object.hasOwn(stepMs, name) ? (stepMs[name] ?? 0) * megapixels : USUAL_STEP_MS
    },
    use(name) {
      if (!inPlace.delete(name)) onLoad(name)
      inPlace.add(name)
      for (const oldest of inPlace) {
        if (inPlace.size <= kept) break
        inPlace.delete(oldest)
      }
    },
    clear: () => inPlace.clear(),
  }
}

/** @throws Error in words for people */
export function readModelMemory(given: unknown): ModelMemory {
  const { kept, loadMs = {}, stepMs = {}, ...rest } = asRecord(given, 'the memory of models')
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new Error(`unknown: ${unknown}; there are kept, loadMs, stepMs`)
  if (kept !== undefined && !(typeof kept === 'number' && Number.isInteger(kept) && kept > 0))
    throw new Error('kept is a whole number from 1')
  const times = { loadMs: readTimes(loadMs, 'loadMs'), stepMs: readTimes(stepMs, 'stepMs') }
  return { ...(kept === undefined ? {} : { kept }), ...times }
}

function readTimes(given: unknown, what: string): Record<string, number> {
  const times = Object.entries(asRecord(given, what)).map(([name, ms]) => {
    if (typeof ms !== 'number' || !(ms >= 0))
      throw new Error(`${what}: ${name} is no number from 0`)
    return [name, ms] as const
  })
  return Object.fromEntries(times)
}

function asRecord(given: unknown, what: string): Json {
  if (isRecord(given)) return given
  throw new Error(`${what} is a JSON object`)
}
