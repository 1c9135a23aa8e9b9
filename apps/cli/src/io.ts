/** What the command line has of the world around it. */
import type { CliConfig } from './config.ts'

/** The part of a stream that is needed: `process.stdout` fits. */
export interface Terminal {
  isTTY?: boolean
  columns?: number
  rows?: number
  write(text: string): unknown
}

export interface Keyboard extends AsyncIterable<Uint8Array | string> {
  isTTY?: boolean
  setRawMode?(raw: boolean): unknown
  on(event: 'data', listener: (data: Uint8Array | string) => void): unknown
  off(event: 'data', listener: (data: Uint8Array | string) => void): unknown
  resume(): unknown
  pause(): unknown
}

export type Interrupt = 'SIGINT' | 'SIGTERM'

export interface Io {
  stdin: Keyboard
  stdout: Terminal
  stderr: Terminal
  config: CliConfig
  /** While there is a listener, it decides what comes of the signal. @returns what ends it */
  onInterrupt(listener: (signal: Interrupt) => void): () => void
}

/** Somebody is there to answer a question. */
export function canAsk({ stdin, stdout, stderr }: Io): boolean {
  return [stdin, stdout, stderr].every(({ isTTY }) => isTTY === true)
}
