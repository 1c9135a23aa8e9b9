/** The metrics of a worker, beside those of every process. */
import { HOST_STATES } from '@safelight/shared'
import type { FailureCause } from '@safelight/store'
import { COMMON_METRICS } from './common-catalogue.ts'
import { type Catalogue, OPEN, SHORT_SECONDS } from './metric-spec.ts'

const CAUSES = Object.keys({
  node: true,
  out_of_memory: true,
  device_fault: true,
  host_unavailable: true,
  stalled: true,
  interrupted: true,
  internal: true,
  output_gone: true,
  picture_missed: true,
} satisfies Record<FailureCause, true>)

export const WORKER_METRICS = {
  ...COMMON_METRICS,
  dispatch_duration_seconds: {
    type: 'histogram',
    help: 'How long it took to give a job its slot, once a host was found for it.',
    buckets: SHORT_SECONDS,
  },
  queue_duration_seconds: {
    type: 'histogram',
    help: 'From accepted to the first attempt, of jobs that end with it.',
  },
  prepare_duration_seconds: {
    type: 'histogram',
    help: 'From the start of an attempt until its host has the inputs and the prompt.',
  },
  execute_duration_seconds: { type: 'histogram', help: 'Execution on the host.' },
  collect_duration_seconds: {
    type: 'histogram',
    help: 'From the end of execution until all outputs are stored.',
  },
  slots: { type: 'gauge', help: 'Slots of the host.', labels: { host: OPEN } },
  slots_used: { type: 'gauge', help: 'Slots of the host that jobs have.', labels: { host: OPEN } },
  owner_limit: {
    type: 'gauge',
    help: 'Jobs of one owner that may have a slot at once (MAX_RUNNING_PER_OWNER); 0: as many as there are.',
  },
  host_up: { type: 'gauge', help: 'Whether the host answers: 1 or 0.', labels: { host: OPEN } },
  host_state: {
    type: 'gauge',
    help: '1 for the state that the host is in, 0 for the others.',
    labels: { host: OPEN, state: HOST_STATES },
  },
  host_models_loaded: {
    type: 'gauge',
    help: 'Models that are known to be in the memory of the host.',
    labels: { host: OPEN },
  },
  host_gpu_memory_bytes: {
    type: 'gauge',
    help: 'Memory of the GPU of the host, as it says.',
    labels: { host: OPEN },
  },
  host_gpu_memory_free_bytes: {
    type: 'gauge',
    help: 'What of it is free.',
    labels: { host: OPEN },
  },
  model_loads_total: {
    type: 'counter',
    help: 'Models that a host had to load for a job.',
    labels: { host: OPEN },
  },
  dispatched_total: {
    type: 'counter',
    help: 'Jobs that got a slot, by where the models they name were, and by pool; jobs for any host are any.',
    labels: { models: ['in_place', 'to_load', 'none'], pool: OPEN },
  },
  overtaken_total: {
    type: 'counter',
    help: 'Waiting jobs that were overtaken by one whose models a host had loaded.',
  },
  attempts_started_total: { type: 'counter', help: 'Attempts started.' },
  attempts_adopted_total: {
    type: 'counter',
    help: 'Attempts taken on where another worker had left them.',
  },
  attempts_failed_total: { type: 'counter', help: 'Attempts failed.', labels: { cause: CAUSES } },
  jobs_taken_back_total: {
    type: 'counter',
    help: 'Jobs that were taken back from a host before their prompt had begun there.',
  },
  workers_lost_total: {
    type: 'counter',
    help: 'Jobs whose lock ran out in the hand of another worker.',
  },
  orphans_total: {
    type: 'counter',
    help: 'Prompts that nobody followed, by what became of them.',
    labels: { end: OPEN },
  },
  outputs_stored_total: { type: 'counter', help: 'Outputs stored.' },
  output_bytes_total: { type: 'counter', help: 'Bytes of them.' },
  progress_coalesced_total: {
    type: 'counter',
    help: 'Progress that was told together with what came after it.',
  },
  unknown_messages_total: {
    type: 'counter',
    help: 'Messages of hosts that are of no known type.',
  },
} as const satisfies Catalogue
