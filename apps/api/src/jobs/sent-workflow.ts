/** What of a submission must reach the host as it was sent: the graph, and what goes along with it. */
import {
  ApiError,
  type ExtraData,
  extraDataSchema,
  findGraph,
  isJsonObject,
  longestNumber,
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
  refuseLongNumbers(bodyText)
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

/** Python reads no number of more than 4,300 digits: hosts would answer as if something in them were broken. */
const LONGEST_NUMBER = 1_000

function refuseLongNumbers(text: string): void {
  const longest = longestNumber(text)
  if (longest <= LONGEST_NUMBER) return
  throw new ApiError(
    'invalid_workflow',
    `A number has ${longest} characters; at most ${LONGEST_NUMBER} are allowed.`,
    { details: { node_errors: {} } },
  )
}

/** Of a body of ComfyUI's, only what we pass on: the rest was for another server. */
function readExtraData(text: string | null): ExtraData | null {
  const given = text === null ? null : parseExact(text)
  if (!isJsonObject(given)) return null
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(extraDataSchema.shape, name))
  return extraDataSchema.safeParse(Object.fromEntries(known)).data ?? null
}
