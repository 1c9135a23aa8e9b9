/** Problems of a graph, ours or a host's, cut to what a record, an event and an answer can carry. */
import {
  boundJson,
  cutText,
  jsonBytes,
  LINE_MAX,
  NODE_NAME_MAX,
  PROBLEM_MAX_BYTES,
  PROBLEMS_MAX,
  PROBLEMS_MAX_BYTES,
} from '@safelight/shared'
import { stripPaths } from './strip-paths.ts'

/** Characters of a problem's message, and of its details: ComfyUI writes whole lists of files there. */
const TEXT_MAX = 600
/** Outputs that a node would have fed: every node may name them all. */
const MAX_OUTPUTS = 20
/** Characters of the id of one of them. */
const OUTPUT_MAX = 50
/** What the texts of a problem leave of its bytes. */
const EXTRA_MAX_BYTES = 1_500

export interface Problem {
  type: string
  message: string
  details: string
  extra_info: Record<string, unknown>
}

export interface NodeProblems {
  class_type: string | null
  dependent_outputs?: readonly string[]
  errors: readonly Problem[]
}

export interface BoundedProblems {
  nodeErrors: Record<
    string,
    { class_type: string | null; dependent_outputs?: string[]; errors: Problem[] }
  >
  /** Problems that were left out. */
  more: number
}

/** The first problems of a graph, without paths; the rest is counted. */
export function boundProblems(problems: Readonly<Record<string, NodeProblems>>): BoundedProblems {
  const nodes: [string, BoundedProblems['nodeErrors'][string]][] = []
  let room = PROBLEMS_MAX_BYTES
  let left = PROBLEMS_MAX
  let more = 0
  for (const [id, { class_type, dependent_outputs, errors }] of Object.entries(problems)) {
    // what is only counted need not be looked at
    if (left === 0) {
      more += Math.max(1, errors.length)
      continue
    }
    const name = cutText(id, NODE_NAME_MAX)
    const node = {
      class_type: class_type === null ? null : cleanText(class_type, NODE_NAME_MAX),
      ...(dependent_outputs && { dependent_outputs: boundOutputs(dependent_outputs) }),
      errors: [] as Problem[],
    }
    room -= jsonBytes([name, node])
    for (const error of errors.slice(0, left)) {
      const problem = boundProblem(error)
      room -= jsonBytes(problem) + 1
      if (room < 0) break
      node.errors.push(problem)
    }
    more += errors.length - node.errors.length
    // a node without a word still says something
    left = room < 0 ? 0 : left - Math.max(1, node.errors.length)
    if (room < 0 && node.errors.length === 0) more += errors.length === 0 ? 1 : 0
    else nodes.push([name, node])
  }
  return { nodeErrors: Object.fromEntries(nodes), more }
}

/** At most 4 KB of JSON. */
function boundProblem({ type, message, details, extra_info }: Problem): Problem {
  const problem = {
    type: cleanText(type, LINE_MAX),
    message: cleanText(message, TEXT_MAX),
    details: cleanText(details, TEXT_MAX),
    extra_info: boundExtra(extra_info),
  }
  // texts of nothing but control characters take six bytes each
  return jsonBytes(problem) <= PROBLEM_MAX_BYTES
    ? problem
    : { ...problem, message: cutText(problem.message, LINE_MAX), details: '', extra_info: {} }
}

function boundExtra(extra: Record<string, unknown>): Record<string, unknown> {
  // an object goes in, so an object comes out
  return boundJson(extra, EXTRA_MAX_BYTES, stripPaths) as Record<string, unknown>
}

function boundOutputs(ids: readonly string[]): string[] {
  return ids.slice(0, MAX_OUTPUTS).map((id) => cleanText(id, OUTPUT_MAX))
}

/** Foreign words without paths. First cut: what is far behind the end is not even looked at. */
export function cleanText(text: string, max: number): string {
  const start = text.slice(0, max * 4)
  const clean = stripPaths(start)
  return start.length < text.length && clean.length < max ? `${clean}…` : cutText(clean, max)
}
