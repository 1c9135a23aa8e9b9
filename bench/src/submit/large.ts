/** A workflow of so many bytes, of many nodes that all are needed. */
import type { Workflow } from '@safelight/shared'
import { trivial } from '../workflows.ts'

const NODES = 1_000

/** @param n no two of them are alike */
export function ofSize(bytes: number, n: number): Workflow {
  const workflow = trivial()
  const text = `${n} `.padEnd(Math.floor(bytes / NODES) - 120, 'a lighthouse by night, ')
  let last: [string, number] = ['1', 0]
  for (let at = 0; at < NODES; at += 1) {
    const id = String(100 + at)
    workflow[id] = {
      class_type: 'TraceSteps',
      inputs: { image: last, steps: 1, seconds: 0.001 },
      _meta: { title: text },
    }
    last = [id, 0]
  }
  workflow['2'] = { class_type: 'SaveImage', inputs: { images: last, filename_prefix: 'bench' } }
  return workflow
}
