/**
 * What Ctrl-C does while jobs are watched. On a terminal:
 *
 *   watching ── Ctrl-C ──▶ asking ── c ──▶ canceling ── Ctrl-C ──▶ left
 *      ▲                    │  └── l, or Ctrl-C again ────────────▶ left
 *      └──────── g ─────────┘
 *
 * Where nobody can answer, and at SIGTERM always: straight to left. `left` means that the jobs go on
 * without us. Being done with all jobs ends every state.
 */
import { canAsk, type Interrupt, type Io, type Keyboard } from '../io.ts'

export type InterruptState = 'watching' | 'asking' | 'canceling' | 'left'
export type InterruptInput = Interrupt | 'c' | 'l' | 'g'

const QUESTION = 'Cancel, leave running, or go on? [c/l/g]'

export function nextState(
  state: InterruptState,
  input: InterruptInput,
  canAsk: boolean,
): InterruptState {
  if (state === 'left' || input === 'SIGTERM') return 'left'
  if (input === 'SIGINT') return state === 'watching' && canAsk ? 'asking' : 'left'
  if (state !== 'asking') return state
  return input === 'c' ? 'canceling' : input === 'l' ? 'left' : 'watching'
}

export interface InterruptActions {
  /** Null takes the question away. */
  ask(question: string | null): void
  cancel(): void
  leave(): void
}

/** @returns what ends it */
export function watchInterrupts(io: Io, actions: InterruptActions): () => void {
  let state: InterruptState = 'watching'
  let stopKeys: (() => void) | null = null

  function take(input: InterruptInput): void {
    const before = state
    state = nextState(before, input, canAsk(io))
    if (state === before) return
    if (before === 'asking') stopAsking()
    if (state === 'asking') {
      actions.ask(QUESTION)
      stopKeys = readKeys(io.stdin, onKey)
    } else if (state === 'canceling') actions.cancel()
    else if (state === 'left') actions.leave()
  }

  function onKey(key: string): void {
    // in raw mode the terminal makes no signal of Ctrl-C
    if (key === '\u0003') take('SIGINT')
    else if (key === 'c' || key === 'l' || key === 'g') take(key)
  }

  function stopAsking(): void {
    stopKeys?.()
    stopKeys = null
    actions.ask(null)
  }

  const stop = io.onInterrupt(take)
  return () => {
    stop()
    if (state === 'asking') stopAsking()
  }
}

/** Single keys, without Enter and without an echo on the screen. @returns what ends it and gives the terminal back */
function readKeys(stdin: Keyboard, onKey: (key: string) => void): () => void {
  const onData = (data: Uint8Array | string) => {
    for (const key of Buffer.from(data).toString('utf8').toLowerCase()) onKey(key)
  }
  stdin.setRawMode?.(true)
  stdin.on('data', onData)
  stdin.resume()
  return () => {
    stdin.off('data', onData)
    stdin.setRawMode?.(false)
    stdin.pause()
  }
}
