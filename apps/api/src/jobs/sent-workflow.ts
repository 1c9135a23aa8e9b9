/** What of a submission must reach the host as it was sent: the graph, and what goes along with it. */
import {
  type ExtraData,
  extraDataSchema,
  findGraph,
  isJsonObject,
  parseExact,
  type SubmitRequest,
  textAt,
} from '@safelight/shared'

export interface SentWorkflow {
  /** For the checks; its numbers are JavaScript's. */
  graph: unknown
  /** The graph in the submitter's own words: what is stored, and posted to the host. */
  text: string
  /** Numbers in it are exact. */
  extraData: ExtraData | null
}

/** Also out of a body of ComfyUI's own `POST /prompt`, as people keep them in files. */
export function readSent(body: SubmitRequest, bodyText: string): SentWorkflow {
  const { graph, path } = findGraph(body.workflow)
  const where = ['workflow', ...path]
  return {
    graph,
    text: textAt(bodyText, where) ?? JSON.stringify(graph),
    extraData:
      readExtraData(textAt(bodyText, ['extra_data'])) ??
      readExtraData(textAt(bodyText, [...where.slice(0, -1), 'extra_data'])),
  }
}

/** Of a body of ComfyUI's, only what we pass on: the rest was for another server. */
function readExtraData(text: string | null): ExtraData | null {
  const given = text === null ? null : parseExact(text)
  if (!isJsonObject(given)) return null
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(extraDataSchema.shape, name))
  return extraDataSchema.safeParse(Object.fromEntries(known)).data ?? null
}
