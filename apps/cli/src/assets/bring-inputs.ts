/** What `--input` asks for, in the workflows: files are uploaded first, each content once. */
import { resolve } from 'node:path'
import { type Client, RequestError, toInputMedia } from '@safelight/client'
import { assertNever, memberOf, type NodeClassView, type Workflow } from '@safelight/shared'
import type { InputPlace } from '../graph/find-place.ts'
import { readInputs, type TypedInput, type TypedValue } from '../graph/read-inputs.ts'
import type { WorkflowFile } from '../graph/read-workflow.ts'
import { withInputs } from '../graph/with-inputs.ts'
import { sendFile, sizeOf } from './send-file.ts'
import type { UploadBar } from './upload-bar.ts'

export interface BringDeps {
  client: Pick<Client, 'assets' | 'fleet'>
  bar: UploadBar
}

type Source = Exclude<TypedValue, { kind: 'text' }>

interface Plan {
  file: WorkflowFile
  inputs: (InputPlace & { source: Source })[]
}

/**
 * Finds out what each value means, and whether the files are there. Nothing is sent.
 * @throws UsageError, FileError
 */
export async function planInputs(
  files: readonly WorkflowFile[],
  settings: readonly string[],
  client: Pick<Client, 'fleet'>,
): Promise<Plan[]> {
  const read = files.map((file) => ({ file, inputs: readInputs(file.workflow, settings) }))
  const unsure = read.flatMap(({ file, inputs }) =>
    inputs.filter(({ typed }) => typed.kind === 'text').map((input) => classOf(file, input)),
  )
  const classes = await askClasses([...new Set(unsure)], client)
  const plans = read.map(({ file, inputs }) => ({
    file,
    inputs: inputs.map((input) => ({
      ...input.place,
      source: toSource(input, classOf(file, input), classes),
    })),
  }))
  for (const { source } of plans.flatMap(({ inputs }) => inputs)) {
    if (source.kind === 'file') await sizeOf(source.path)
  }
  return plans
}

/** @returns the workflows with these inputs */
export async function bringInputs(
  plans: readonly Plan[],
  { client, bar }: BringDeps,
): Promise<WorkflowFile[]> {
  const sent = new Map<string, Promise<unknown>>()

  function send(path: string): Promise<unknown> {
    const key = resolve(path)
    const before = sent.get(key)
    if (before) return before
    const onProgress = (bytes: number, size: number) => bar.show(path, bytes, size)
    const reference = sendFile(path, { client, onProgress }).then((asset) =>
      client.assets.reference(asset),
    )
    sent.set(key, reference)
    return reference
  }

  async function toValue(source: Source): Promise<unknown> {
    switch (source.kind) {
      case 'value':
        return source.value
      case 'asset':
        return client.assets.reference(await client.assets.get(source.assetId))
      case 'file':
        return send(source.path)
      default:
        return assertNever(source)
    }
  }

  const brought: WorkflowFile[] = []
  for (const { file, inputs } of plans) {
    const values: (InputPlace & { value: unknown })[] = []
    for (const { source, ...place } of inputs) {
      values.push({ ...place, value: await toValue(source) })
    }
    brought.push(withInputs(file, values))
  }
  return brought
}

function classOf({ workflow }: { workflow: Workflow }, { place }: TypedInput): string {
  return workflow[place.nodeId]?.class_type ?? ''
}

/** A server that does not tell, or has no host now, leaves us with what is known of ComfyUI. */
async function askClasses(
  names: readonly string[],
  client: Pick<Client, 'fleet'>,
): Promise<Record<string, NodeClassView>> {
  if (names.length === 0) return {}
  return client.fleet.nodeClasses(names).catch((error: unknown) => {
    if (error instanceof RequestError && error.status === 404) return {}
    throw error
  })
}

function toSource(
  { typed, place }: TypedInput,
  className: string,
  classes: Readonly<Record<string, NodeClassView>>,
): Source {
  if (typed.kind !== 'text') return typed
  const told = memberOf(classes, className)
  return toInputMedia({ className, input: place.input }, told) === null
    ? { kind: 'value', value: typed.text }
    : { kind: 'file', path: typed.text }
}
