/** The command `safelight`. */
import { readCliConfig } from './config.ts'
import type { Interrupt, Io } from './io.ts'
import { runCli } from './run-cli.ts'

const INTERRUPTS = ['SIGINT', 'SIGTERM'] as const

/** Whoever reads us may have read enough: `safelight ls | head -1`. */
function onBrokenPipe(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
}

function onInterrupt(listener: (signal: Interrupt) => void): () => void {
  for (const signal of INTERRUPTS) process.on(signal, listener)
  return () => {
    for (const signal of INTERRUPTS) process.off(signal, listener)
  }
}

process.stdout.on('error', onBrokenPipe)
process.stderr.on('error', onBrokenPipe)
const { stdin, stdout, stderr } = process
const io: Io = { stdin, stdout, stderr, config: readCliConfig(), onInterrupt }
process.exitCode = await runCli(process.argv.slice(2), io)
