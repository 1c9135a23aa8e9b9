/** Arbitrary job events for property tests: whatever the schemas allow, in any order. */
import * as fc from 'fast-check'
import {
  type JobEvent,
  type JobEventBody,
  jobPhaseSchema,
  jobStatusSchema,
  nodeStateSchema,
  type Output,
  type Progress,
  progressKindSchema,
  reduceJob,
  type Snapshot,
} from '@safelight/shared'
import { newSnapshot } from '../builders/new-snapshot.ts'

const optional = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: null })

const progressArb: fc.Arbitrary<Progress> = fc.record({
  value: fc.double({ min: 0, max: 1, noNaN: true }),
  nodes_done: fc.nat(20),
  nodes_total: fc.nat(20),
  current_node: optional(fc.string()),
  current_node_class: optional(fc.string()),
  step: optional(fc.nat(50)),
  steps: optional(fc.nat(50)),
  message: optional(fc.string()),
  kind: fc.constantFrom(...progressKindSchema.options),
  node: fc.constant(null),
  eta_ms: optional(fc.nat()),
})

const outputArb: fc.Arbitrary<Output> = fc.record({
  // few ids, so that the same output comes twice now and then
  id: fc.constantFrom('one', 'two', 'three'),
  node_id: fc.string(),
  name: fc.string(),
  type: fc.constant('image' as const),
  content_type: fc.constant('image/png'),
  size_bytes: fc.nat(),
  hash: fc.string(),
  expires_at: fc.nat(),
})

const statusBodyArb = fc.record({
  type: fc.constant('status' as const),
  // the end is rarer than the middle, or most runs would be over at once
  status: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('queued' as const, 'running' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...jobStatusSchema.options) },
  ),
  phase: optional(fc.constantFrom(...jobPhaseSchema.options)),
  attempt: fc.nat(5),
  hostId: optional(fc.string()),
})

const bodyArb: fc.Arbitrary<JobEventBody> = fc.oneof(
  { weight: 2, arbitrary: statusBodyArb },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('progress' as const),
      progress: progressArb,
      nodes: fc.dictionary(fc.constantFrom('1', '2'), fc.constantFrom(...nodeStateSchema.options)),
    }),
  },
  { weight: 1, arbitrary: outputArb.map((output) => ({ type: 'output' as const, output })) },
)

/** Events numbered 1, 2, 3 … with a clock that only goes forward. */
export const eventsArb: fc.Arbitrary<JobEvent[]> = fc
  .array(bodyArb, { maxLength: 40 })
  .map((bodies) =>
    bodies.map((body, at) => ({
      ...body,
      jobId: 'job',
      seq: at + 1,
      ts: 1_000 + at,
      stamp: `stamp-${at + 1}`,
      follows: `stamp-${at}`,
    })),
  )

export function fold(events: readonly JobEvent[], from: Snapshot = newSnapshot()): Snapshot {
  return events.reduce(reduceJob, from)
}
