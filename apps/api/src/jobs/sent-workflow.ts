/** What of a submission must reach the host as it was sent: the graph, and what goes along with it. */
import {
  ApiError,
  type ExtraData,
  extraDataSchema,
  findGraph,
  isJsonObject,
  longestNumberBeyond,
  membersOf,
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
  // one walk: it may be long
  const texts = new Map<string, string>()
  for (const { key, from, to } of membersOf(bodyText)) texts.set(key, bodyText.slice(from, to))
  const within = texts.get('workflow') ?? 'null'
  const text = path.length === 0 ? texts.get('workflow') : textAt(within, path)
  return {
    graph,
    text: text ?? JSON.stringify(graph),
    extraData:
      readExtraData(texts.get('extra_data')) ??
      (path.length === 0
        ? null
        : readExtraData(textAt(within, [...path.slice(0, -1), 'extra_data']))),
  }
}

/** Python reads no number of more than 4,300 digits: hosts would answer as if something in them were broken. */
const LONGEST_NUMBER = 1_000

function refuseLongNumbers(text: string): void {
  const longest = longestNumberBeyond(text, LONGEST_NUMBER)
  if (longest === 0) return
  throw new ApiError(
    'invalid_workflow',
    `A number has ${longest} characters; at most ${LONGEST_NUMBER} are allowed.`,
    { details: { node_errors: {} } },
  )
}

/** Of a body of ComfyUI's, only what we pass on: the rest was for another server. */
function readExtraData(text: string | null | undefined): ExtraData | null {
  const given = text == null ? null : parseExact(text)
  if (!isJsonObject(given)) return null
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(extraDataSchema.shape, name))
  return extraDataSchema.safeParse(Object.fromEntries(known)).data ?? null
}
