/** What a node shows without a file: its texts, and the pictures that it only sends over the socket. */
import type { TextItem } from '@safelight/comfyui'
import { memberOf, type Workflow } from '@safelight/shared'
import { assetIdOf } from '@safelight/store'
import type { NewOutput } from './keep-output.ts'

/** Of a picture that comes without a name. */
const ENDINGS: Readonly<Record<string, string>> = { 'image/png': 'png', 'image/jpeg': 'jpg' }

export function toTextOutput(
  jobId: string,
  { node_id, runtime_id, index, reused }: TextItem,
  workflow: Workflow,
): NewOutput {
  const name = toName(workflow, { node_id, runtime_id, n: index + 1, ending: 'txt' })
  return {
    id: idOf(jobId, { node_id, name, type: 'text' }),
    node_id,
    name,
    preview: false,
    isText: true,
    reused,
  }
}

export interface SentPicture {
  node_id: string
  runtime_id: string
  /** From 0, of this node. */
  index: number
  contentType: string
  data: Uint8Array
}

export function toPictureOutput(
  jobId: string,
  { node_id, runtime_id, index, contentType }: Omit<SentPicture, 'data'>,
  workflow: Workflow,
): NewOutput {
  const n = index + 1
  const ending = memberOf(ENDINGS, contentType) ?? 'png'
  // the same however it is encoded
  const id = idOf(jobId, { node_id, name: `${runtime_id} ${n}`, type: 'sent' })
  const name = toName(workflow, { node_id, runtime_id, n, ending })
  return { id, node_id, name, preview: false }
}

function idOf(jobId: string, { name, ...of }: { node_id: string; name: string; type: string }) {
  return assetIdOf(jobId, { ...of, subfolder: '', filename: name })
}

/** Characters of a class and of an id: a name has 255 in all. */
const PART_MAX = 80

function toName(
  workflow: Workflow,
  of: { node_id: string; runtime_id: string; n: number; ending: string },
): string {
  const className = memberOf(workflow, of.node_id)?.class_type ?? 'node'
  return `${toWord(className)}_${toWord(of.runtime_id)}_${of.n}.${of.ending}`
}

/** Foreign names may hold anything: what no file system likes becomes a line. */
function toWord(text: string): string {
  return text.slice(0, PART_MAX).replace(/[^\p{L}\p{N}.-]+/gu, '-')
}
