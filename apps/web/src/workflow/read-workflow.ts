/** A workflow and its text: read, or refused in plain words, and written for people. */
import {
  findGraph,
  isJsonObject,
  isUiFormat,
  parseExact,
  stringifyExact,
  type Workflow,
} from '@safelight/shared'
import { findJsonError } from './find-json-error.ts'

export type ReadResult =
  | { ok: true; workflow: Workflow }
  | { ok: false; title: string; explanation: string }

/** How people get the file that is meant, as it is called in ComfyUI. */
export const HOW_TO_EXPORT =
  'In ComfyUI, open the workflow and choose Workflow → Export (API). In older versions: switch on “Enable dev mode options” in the settings, then use Save (API Format).'

/** Takes the API-format graph itself, or a body that carries one: ours (`workflow`), ComfyUI’s (`prompt`). */
export function readWorkflow(text: string): ReadResult {
  const trimmed = text.replace(/^\uFEFF/, '')
  if (trimmed.trim() === '') {
    return refuse('There is nothing in it', 'The text is empty. A workflow is a JSON text.')
  }
  const parsed = parseJson(trimmed)
  if (parsed.ok) return toWorkflow(parsed.value)
  if (!/^\s*[{[]/.test(trimmed)) {
    return refuse('This is not a workflow', `A workflow is a JSON text in braces. ${HOW_TO_EXPORT}`)
  }
  const fault = findJsonError(trimmed)
  return fault
    ? refuse(
        `The JSON is broken in line ${fault.line}`,
        `Line ${fault.line}, column ${fault.column}: ${fault.explanation}`,
      )
    : refuse('The JSON is broken', 'It is nested too deeply to be a workflow.')
}

function toWorkflow(content: unknown): ReadResult {
  const value = findGraph(content).graph
  if (!isJsonObject(value)) return notAWorkflow('It is JSON, but not an object of nodes.')
  if (isUiFormat(value)) {
    return refuse(
      'This is the editor’s own format',
      `It describes how the graph is drawn. What can be run is the API format of the same workflow. ${HOW_TO_EXPORT}`,
    )
  }
  const nodes = Object.entries(value)
  if (nodes.length === 0) return refuse('The workflow is empty', 'It is an object without nodes.')
  if (!nodes.some(([, node]) => isJsonObject(node) && 'class_type' in node)) {
    return notAWorkflow('It is JSON, but nothing in it has a class_type as every node does.')
  }
  for (const [id, node] of nodes) {
    const problem = problemOf(node)
    if (problem) return refuse(`Node ${id} is not complete`, problem)
  }
  // every node was looked at
  return { ok: true, workflow: value as Workflow }
}

function problemOf(node: unknown): string | null {
  if (!isJsonObject(node)) return 'A node is an object with class_type and inputs.'
  if (typeof node['class_type'] !== 'string' || node['class_type'] === '') {
    return 'Its class_type is missing: the name of the kind of node it is.'
  }
  if (!isJsonObject(node['inputs'])) return 'Its inputs are missing; they may be empty: {}.'
  const meta = node['_meta'] ?? null
  return meta === null || isJsonObject(meta) ? null : 'Its _meta is not an object.'
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: parseExact(text) }
  } catch {
    return { ok: false }
  }
}

function notAWorkflow(why: string): ReadResult {
  return refuse('This is not a workflow', `${why} ${HOW_TO_EXPORT}`)
}

function refuse(title: string, explanation: string): ReadResult {
  return { ok: false, title, explanation }
}

/** The graph of a job that was accepted. */
export function readStored(text: string): Workflow {
  // it was a workflow then
  return parseExact(text) as Workflow
}

// a string of JSON holds no line break, so this finds lists only; ids are short, and a bounded pattern overflows no stack
const LINK = /\[\n\s+("(?:[^"\\]|\\.){0,300}"),\n\s+(-?\d+)\n\s+\]/g

/** A workflow as JSON that people can read: indented, with every link on one line. */
export function formatWorkflow(workflow: Workflow): string {
  return stringifyExact(workflow, { indent: '  ' }).replace(LINK, '[$1, $2]')
}
