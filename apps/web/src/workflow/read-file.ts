/** Reads a workflow out of a file: a JSON text, or a picture that ComfyUI made. */
import { type Workflow, type WorkflowNode, withoutConstants } from '@safelight/shared'
import { isPng, readPngTexts } from './png-texts.ts'
import { HOW_TO_EXPORT, type ReadResult, readWorkflow } from './read-workflow.ts'

const MAX_TEXT_BYTES = 8 * 1024 * 1024
const MAX_PICTURE_BYTES = 128 * 1024 * 1024

export async function readFile(file: File): Promise<ReadResult> {
  if (file.size > MAX_PICTURE_BYTES) return tooLarge()
  const bytes = new Uint8Array(await file.arrayBuffer())
  if (isPng(bytes)) return readPicture(bytes)
  if (bytes.includes(0)) {
    return {
      ok: false,
      title: 'No workflow can be read from this file',
      explanation:
        'A workflow comes as a JSON file, or inside a PNG picture as ComfyUI saves it. Other pictures and films are not read.',
    }
  }
  if (bytes.length > MAX_TEXT_BYTES) return tooLarge()
  return readWorkflow(new TextDecoder().decode(bytes))
}

/** ComfyUI’s `SaveImage` writes the graph as `prompt`, and the editor’s drawing of it as `workflow`. */
function readPicture(bytes: Uint8Array): ReadResult {
  const prompt = readPngTexts(bytes).get('prompt')
  if (prompt === undefined) {
    return {
      ok: false,
      title: 'There is no workflow in this picture',
      explanation:
        'ComfyUI writes the workflow into the PNG files it saves; editing, uploading or screenshots remove it. ' +
        HOW_TO_EXPORT,
    }
  }
  const read = readWorkflow(prompt)
  // Python writes NaN where JSON knows no number
  const mended = read.ok ? read : readWorkflow(withoutConstants(prompt))
  return mended.ok ? { ...mended, workflow: withoutHostNotes(mended.workflow) } : mended
}

/** Hosts keep notes of their own in the nodes of what they run (`_loop_body`); only `_meta` is the author's. */
function withoutHostNotes(workflow: Workflow): Workflow {
  const nodes = Object.entries(workflow).map(([id, node]) => {
    const own = Object.entries(node).filter(([key]) => key === '_meta' || !key.startsWith('_'))
    // what makes it a node has no such name
    return [id, Object.fromEntries(own) as WorkflowNode] as const
  })
  return Object.fromEntries(nodes)
}

function tooLarge(): ReadResult {
  return {
    ok: false,
    title: 'This file is too large',
    explanation: 'A workflow has a few kilobytes, seldom more than a megabyte.',
  }
}
