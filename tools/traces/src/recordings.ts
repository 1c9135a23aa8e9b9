/** The recordings in traces/, by name, for tests that hold something to real servers. */
import { readdirSync, readFileSync } from 'node:fs'
import { parseTrace, type Trace } from './trace-format.ts'

export { type HttpLine, parseTrace, type Trace } from './trace-format.ts'

const FOLDER = new URL('../../../traces/', import.meta.url)
export const TRACE_VERSIONS = ['0.3.34', '0.3.64', '0.33.0'] as const
export type TraceVersion = (typeof TRACE_VERSIONS)[number]

/** `0.3.64/success-core` and so on: every recording there is. */
export function traceNames(): string[] {
  return TRACE_VERSIONS.flatMap((version) =>
    scenarioNames(version).map((scenario) => `${version}/${scenario}`),
  )
}

export function scenarioNames(version: TraceVersion): string[] {
  return readdirSync(new URL(`comfyui-${version}/`, FOLDER))
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => file.replace('.jsonl', ''))
    .sort()
}

export function loadTrace(name: string): Trace {
  return parseTrace(readFileSync(new URL(`comfyui-${name}.jsonl`, FOLDER), 'utf8'))
}
