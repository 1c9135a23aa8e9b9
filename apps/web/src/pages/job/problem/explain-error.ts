/** What went wrong in plain words, and what one can do about it; one entry per code. */
import type { JobError, JobErrorCode } from '@safelight/shared'

export interface Explanation {
  title: string
  happened: string
  advice: string
}

const EXPLANATIONS: Record<JobErrorCode, Explanation> = {
  invalid_workflow: {
    title: 'The host refused the workflow',
    happened: 'It checked the graph before running it and found something it cannot run.',
    advice:
      'Open it with “Edit and run again” and mend the nodes below: trying again as it is would end the same way.',
  },
  node_execution_error: {
    title: 'A node failed',
    happened: 'The workflow ran up to this node, which then raised an error of its own.',
    advice: 'Its message usually says what it did not like. Change that input and run again.',
  },
  out_of_memory: {
    title: 'The host ran out of memory',
    happened: 'The workflow needs more memory than any host has that it was tried on.',
    advice: 'Make the picture smaller, lower the batch size, or use a smaller model.',
  },
  stalled: {
    title: 'It stopped moving',
    happened: 'Nothing had moved for longer than a host may be silent, so it was interrupted.',
    advice:
      'A very slow node can look like this. Run it again; if it happens again, look at the Fleet page.',
  },
  interrupted: {
    title: 'It was interrupted on its host',
    happened:
      'Nobody had canceled the job: somebody stopped it on the host’s own page, a node stopped itself, or the host broke it off, at every attempt.',
    advice: 'Run it again. If it happens again, look at who else uses the host, and at its log.',
  },
  host_unavailable: {
    title: 'No host could finish it',
    happened: 'Every attempt lost its host, or none could be reached.',
    advice: 'The workflow is likely fine. Look at the Fleet page, then run it again.',
  },
  missing_asset: {
    title: 'A file that it needs is gone',
    happened: 'The workflow refers to a stored file, and its content was no longer there.',
    advice: 'Upload the file again, and run the workflow with the new one.',
  },
  input_too_large: {
    title: 'A file is too large for the host',
    happened:
      'The workflow refers to a stored file that is larger than its host takes in one piece.',
    advice:
      'Use a smaller file, or start the hosts with a larger --max-upload-size. Then run it again.',
  },
  output_missing: {
    title: 'An output could not be fetched',
    happened:
      'The workflow ran to its end, but a file that the host listed was not there to be stored.',
    advice:
      'Run it again. If it keeps happening, the node that saves the file is the one to look at.',
  },
  timeout: {
    title: 'It took too long',
    happened: 'The time that this job was given was over before it was done.',
    advice: 'Give it more time, or fewer steps.',
  },
  expired: {
    title: 'It could not start in time',
    happened: 'It was to start before a deadline, and no host was free until then. It never ran.',
    advice: 'Run it again with a later deadline, or with a higher priority.',
  },
  worker_lost: {
    title: 'It broke every worker that took it',
    happened: 'Three workers have died with this job in hand, so no other one gets it.',
    advice: 'Do not run it again as it is. The workers’ logs say what it did to them.',
  },
  internal: {
    title: 'Something went wrong on our side',
    happened: 'The fault is not in the workflow.',
    advice: 'Run it again. The server’s log has the details.',
  },
}

const UNKNOWN: Explanation = {
  title: 'It failed',
  happened: 'The server gave a reason that this page does not know.',
  advice: 'What it said is below.',
}

/** A server of another version may know other codes. */
export function explainError(code: string): Explanation {
  return isKnown(code) ? EXPLANATIONS[code] : UNKNOWN
}

function isKnown(code: string): code is JobErrorCode {
  return Object.hasOwn(EXPLANATIONS, code)
}

export interface NodeComplaint {
  nodeId: string
  /** e.g. `Value not in list: ckpt_name: 'x' not in […]` */
  message: string
}

/**
 * `details.node_errors` as lines to read: ComfyUI's words, per node and input.
 * Whatever has another shape is left out: custom nodes answer as they like.
 */
export function readNodeErrors(details: JobError['details']): NodeComplaint[] {
  const byNode = readObject(details?.['node_errors'])
  return Object.entries(byNode).flatMap(([nodeId, node]) => {
    const errors = readObject(node)['errors']
    if (!Array.isArray(errors)) return []
    return errors.flatMap((error: unknown) => {
      const { message, details: more } = readObject(error)
      const words = [message, more].filter((part) => typeof part === 'string' && part !== '')
      return words.length > 0 ? [{ nodeId, message: words.join(': ') }] : []
    })
  })
}

function readObject(value: unknown): Record<string, unknown> {
  // of JSON: an object, or something that has no fields we would read
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
