/** A world for commands that a test holds in its hands. */
import { PassThrough } from 'node:stream'
import { readCliConfig } from '../config.ts'
import type { Interrupt, Io, Keyboard, Terminal } from '../io.ts'

export interface TestIo extends Io {
  printed(): string
  printedErrors(): string
  type(keys: string): void
  /** The input is over. */
  end(): void
  interrupt(signal: Interrupt): void
  /** Somebody listens to signals. */
  isListening(): boolean
  isRaw(): boolean
}

export function createTestIo({
  isTTY = false,
  env = {},
}: {
  isTTY?: boolean
  env?: Record<string, string>
} = {}): TestIo {
  const stdout = createSink(isTTY)
  const stderr = createSink(isTTY)
  const listeners = new Set<(signal: Interrupt) => void>()
  let raw = false
  const input = new PassThrough()
  const stdin: Keyboard = Object.assign(input, {
    isTTY,
    setRawMode(wanted: boolean) {
      raw = wanted
    },
  })
  return {
    stdin,
    stdout,
    stderr,
    config: readCliConfig(env, 'linux'),
    onInterrupt(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    printed: () => stdout.text,
    printedErrors: () => stderr.text,
    type: (keys) => void input.write(keys),
    end: () => void input.end(),
    interrupt: (signal) => listeners.forEach((listener) => listener(signal)),
    isListening: () => listeners.size > 0,
    isRaw: () => raw,
  }
}

function createSink(isTTY: boolean): Terminal & { text: string } {
  return {
    isTTY,
    text: '',
    write(text) {
      this.text += text
    },
  }
}
