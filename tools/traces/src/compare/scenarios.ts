/** Which recorded scenarios the simulator is held to, and how closely. */
import type { RecordedDialect } from '@safelight/simulator'
import type { TraceVersion } from '../recordings.ts'
import type { Comparison, TickRule } from './comparable.ts'

export interface Scenario {
  readonly name: string
  readonly by?: Comparison
  /** What ran before on the recorded server and left its results in the cache. */
  readonly after?: string
  /** Where the moment of a click or a cut line decides how many ticks are seen. */
  readonly looseTicks?: boolean
  /** Ticks that carry a picture are never left out, so there are as many as steps. */
  readonly hasPreviews?: boolean
  readonly since?: 'progress_state'
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'introspection', after: 'two-queued' },
  { name: 'view-errors' },
  { name: 'success-core', by: 'types' },
  { name: 'success-txt2img', hasPreviews: true },
  { name: 'success-txt2img-preview-metadata', hasPreviews: true, after: 'success-txt2img' },
  { name: 'success-caller-prompt-id', hasPreviews: true, after: 'success-txt2img' },
  { name: 'duplicate-prompt-id' },
  { name: 'cached-full', hasPreviews: true },
  { name: 'cached-partial', hasPreviews: true, after: 'cached-full' },
  { name: 'node-error' },
  { name: 'node-oom' },
  { name: 'invalid-graphs' },
  { name: 'invalid-one-output', by: 'types' },
  { name: 'interrupt-running', looseTicks: true },
  { name: 'interrupt-other-id', looseTicks: true },
  { name: 'delete-pending' },
  { name: 'jobs-api', looseTicks: true },
  { name: 'two-queued' },
  { name: 'two-clients' },
  { name: 'expansion' },
  { name: 'list-mapping', after: 'expansion' },
  { name: 'parallel-async', after: 'list-mapping', looseTicks: true },
  { name: 'outputs-media', by: 'per node' },
  { name: 'upload-and-use' },
  { name: 'reconnect-same-client', looseTicks: true },
  { name: 'reconnect-overlap', looseTicks: true },
  { name: 'finished-while-away', looseTicks: true },
  { name: 'no-client-id' },
  { name: 'burst-progress' },
  { name: 'execution-blocked', since: 'progress_state' },
  { name: 'nan-in-ui', since: 'progress_state' },
  { name: 'status-says-success', since: 'progress_state' },
  { name: 'text-frames', hasPreviews: true, since: 'progress_state' },
]

/** The recordings that each dialect is held to. */
export const RECORDING_OF: Readonly<Record<RecordedDialect, TraceVersion>> = {
  legacy: '0.3.34',
  '0.3.34': '0.3.34',
  '0.3.64': '0.3.64',
  '0.33.0': '0.33.0',
}

/** How exactly ticks can be compared: time decides how many a throttled server sends. */
export function tickRule(scenario: Scenario, isThrottled: boolean): TickRule {
  if (scenario.looseTicks) return 'any'
  return isThrottled && !scenario.hasPreviews ? 'kinds' : 'all'
}
