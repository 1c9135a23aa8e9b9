/** Workflow files: what `safelight run` is given, as what the API takes. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  findGraph,
  parseExact,
  type SubmitRequest,
  submitRequestSchema,
  textAt,
  type Workflow,
  workflowSchema,
} from '@safelight/shared'
import { FileError } from '../errors.ts'
import type { InputPlace } from './find-place.ts'
import type { Keyboard } from '../io.ts'

export interface WorkflowFile {
  /** What the job is called beside its bar. */
  label: string
  /** With exact numbers. */
  workflow: Workflow
  /** The same as it was written, or the body that carries it. */
  text: string
  /** Where in the text the graph is: in ComfyUI's own body it is the `prompt`. */
  path: string[]
  /** What else a submit body given. */
  options: Omit<SubmitRequest, 'workflow'>
  /** Inputs that were given by hand: they stay when others get new seeds. */
  fixed?: readonly InputPlace[]
}

/** @param path of an API-format graph or a submit body `{workflow, …}`; `-` is standard input */
export async function readWorkflowFile(path: string, stdin: Keyboard): Promise<WorkflowFile> {
  const text = path === '-' ? await readAll(stdin) : await readText(path)
  const name = path === '-' ? 'standard input' : path
  const label = path === '-' ? 'stdin' : basename(path).replace(/\.json$/i, '')
  return { label, ...parseWorkflow(text, name) }
}

/** @throws FileError that says what the text is instead */
export function parseWorkflow(written: string, name: string): Omit<WorkflowFile, 'label'> {
  const text = written.replace(/^\uFEFF/, '')
  const content = parseJson(text, name)
  if (!isObject(content)) throw new FileError(`${name} holds no workflow, but ${nounOf(content)}`)
  // a node is never called workflow without being one
  const carried = content['workflow']
  const isBody = isObject(carried) && !('class_type' in carried) && !isUiFormat(carried)
  const { workflow: sent, ...options } = isBody ? parseBody(content, name) : { workflow: content }
  const { graph, path } = findGraph(sent)
  const workflow = parseGraph(graph, name)
  const sentText = isBody ? (textAt(text, ['workflow']) ?? text) : text
  return { workflow, text: sentText, path, options }
}

function parseBody(content: Record<string, unknown>, name: string): SubmitRequest {
  const parsed = submitRequestSchema.safeParse(content)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.')
  throw new FileError(`${name}: ${where ? `${where}: ` : ''}${issue?.message ?? 'is invalid'}`)
}

function parseGraph(graph: unknown, name: string): Workflow {
  if (isObject(graph) && isUiFormat(graph)) {
    throw new FileError(
      `${name} is a workflow as the editor saves it; a server runs the API format. Export that in ComfyUI with Workflow → Export (API) (in old versions: enable Dev mode in the settings, then Save (API Format)), and run the new file`,
    )
  }
  const parsed = workflowSchema.safeParse(graph)
  if (parsed.success && Object.keys(parsed.data).length > 0) return parsed.data
  const [nodeId, field] = parsed.error?.issues[0]?.path.map(String) ?? []
  const lacks = field ?? 'class_type and inputs'
  throw new FileError(
    nodeId === undefined
      ? `${name} holds no workflow: it has no nodes`
      : `${name} holds no workflow in the API format: what is at "${nodeId}" has no proper ${lacks}`,
  )
}

/** The editor's format has lists of nodes and links; in the API format every value is a node. */
function isUiFormat(graph: Record<string, unknown>): boolean {
  return Array.isArray(graph['nodes'])
}

function parseJson(text: string, name: string): unknown {
  try {
    return parseExact(text)
  } catch (cause) {
    const what = text.trim() === '' ? 'is empty' : 'is not valid JSON'
    throw new FileError(`${name} ${what}`, { cause })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw new FileError(`${path} cannot be read: ${REASONS[code] ?? code}`, { cause })
  }
}

async function readAll(stdin: Keyboard): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

function nounOf(content: unknown): string {
  if (Array.isArray(content)) return 'a list'
  return content === null ? 'null' : `a ${typeof content}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
