/** The recordings in traces/, for tests. */
import { readdirSync, readFileSync } from 'node:fs'
import { parseTrace, type Trace } from './replay/trace-format.ts'

const ROOT = new URL('../../../traces/', import.meta.url)
export const TRACE_VERSIONS = ['0.3.34', '0.3.64', '0.33.0'] as const

/** `0.3.64/success-core` and so on: every recording there is. */
export function traceNames(): string[] {
  return TRACE_VERSIONS.flatMap((version) =>
    readdirSync(new URL(`comfyui-${version}/`, ROOT))
      .filter((file) => file.endsWith('.jsonl'))
      .map((file) => `${version}/${file.replace('.jsonl', '')}`)
      .sort(),
  )
}

export function loadTrace(name: string): Trace {
  return parseTrace(readFileSync(new URL(`comfyui-${name}.jsonl`, ROOT), 'utf8'))
}
