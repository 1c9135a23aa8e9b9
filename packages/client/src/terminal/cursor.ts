/** Hides the cursor, and brings it back however the process ends, short of SIGKILL. */
import process from 'node:process'
import type { Terminal } from './terminal.ts'

export interface Cursor {
  hide(): void
  show(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function createCursor(terminal: Terminal): Cursor {
  let hidden = false

  function show(): void {
    if (!hidden) return
    hidden = false
    process.off('exit', show)
    for (const signal of SIGNALS) process.off(signal, onSignal)
    terminal.write('\u001B[?25h')
  }

  /** Whoever else listens decides what comes of the signal; with nobody, it does what it would have done without us. */
  function onSignal(signal: NodeJS.Signals): void {
    show()
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
  }

  return {
    hide() {
      if (hidden) return
      hidden = true
      // an error that nobody catches ends in `exit`, too
      process.on('exit', show)
      for (const signal of SIGNALS) process.on(signal, onSignal)
      terminal.write('\u001B[?25l')
    },
    show,
  }
}
