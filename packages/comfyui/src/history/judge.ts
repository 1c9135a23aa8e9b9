/** One entry of /history → how the prompt ended. The messages decide: `status_str` can say `success` of a failed run. */
import { isJsonObject } from '@safelight/shared'
import { z } from 'zod'
import type { HistoryEntry, MadeItems, MarkedPrompt } from '../client/types.ts'
import type { NodeFailure } from '../protocol/host-message.ts'
import { type NodeIds, shownNode } from '../graph/shown-node.ts'
import { parseFailure, UNKNOWN_FAILURE } from './failure.ts'
import { collectMade } from './outputs.ts'
import { readPartial } from './partial.ts'

const entrySchema = z.looseObject({
  /** [number, promptId, graph, extra_data, output node ids] */
  prompt: z.array(z.unknown()).catch([]),
  // the very object: a copy made member by member would lose a node called `__proto__`
  outputs: z
    .unknown()
    .optional()
    .transform((outputs) => (isJsonObject(outputs) ? outputs : {})),
  status: z
    .looseObject({
      status_str: z.string().nullish(),
      // newer hosts may put more beside the two
      messages: z.array(z.tuple([z.string(), z.unknown()]).rest(z.unknown())).catch([]),
    })
    .nullish(),
  meta: z.record(z.string(), z.looseObject({ display_node: z.string().nullish() })).catch({}),
})
type Entry = z.output<typeof entrySchema>

const extraDataSchema = z.looseObject({ client_id: z.string() })

/** @returns null when the entry is not one (history answered something else), or says neither how it ended nor what it made */
export function judgeHistory(promptId: string, candidate: unknown): HistoryEntry | null {
  const parsed = entrySchema.safeParse(candidate)
  if (!parsed.success) return null
  const entry = parsed.data
  const graph = isJsonObject(entry.prompt[2]) ? entry.prompt[2] : {}
  const ids: NodeIds = { has: (id) => Object.hasOwn(graph, id) }
  const verdict = toVerdict(entry, ids)
  if (!verdict) return null
  const { files, texts } = toMade(entry, ids)
  return { ...toMarked(promptId, entry), ...verdict, outputs: files, texts }
}

const markedSchema = entrySchema.pick({ prompt: true })

/** Whose it is can be read of entries, too, of which nothing else can. */
export function findMark(promptId: string, candidate: unknown): MarkedPrompt {
  const { data } = markedSchema.safeParse(candidate)
  return toMarked(promptId, data ?? { prompt: [] })
}

const toMarked = (promptId: string, { prompt }: Pick<Entry, 'prompt'>): MarkedPrompt => ({
  promptId,
  ...toPromptOrigin(prompt),
})

/** Who sent a prompt (our mark is the client id) and the outputs to run, from the queue's 5-element item, which history repeats. */
export function toPromptOrigin(item: readonly unknown[]): Omit<MarkedPrompt, 'promptId'> {
  const extraData = extraDataSchema.safeParse(item[3])
  const outputNodes = z.array(z.string()).safeParse(item[4])
  return {
    clientId: extraData.success ? extraData.data.client_id : null,
    outputNodes: outputNodes.success ? outputNodes.data : [],
  }
}

function toVerdict(
  entry: Entry,
  ids: NodeIds,
): Pick<HistoryEntry, 'outcome' | 'failure' | 'partial'> | null {
  const messages = entry.status?.messages ?? []
  for (const [event, data] of messages.toReversed()) {
    if (event === 'execution_success') {
      return { outcome: 'succeeded', failure: null, partial: readPartial(entry.status, ids) }
    }
    if (event === 'execution_interrupted') return ended('canceled')
    if (event === 'execution_error') return ended('failed', parseFailure(data, ids))
  }
  // no terminal message at all: only status_str is left to ask
  const said = entry.status?.status_str
  if (said === 'error') return ended('failed', UNKNOWN_FAILURE)
  // old hosts say nothing, and list what was made
  if (!said && Object.keys(entry.outputs).length === 0) return null
  return { outcome: 'succeeded', failure: null, partial: readPartial(entry.status, ids) }
}

function ended(outcome: 'canceled' | 'failed', failure: NodeFailure | null = null) {
  return { outcome, failure, partial: null }
}

const cachedSchema = z.looseObject({ nodes: z.array(z.union([z.string(), z.number()])).catch([]) })

/** Listed under runtime ids; `meta` says what a node is shown as, which of a cached one may be a node of another graph. */
function toMade({ outputs, meta, status }: Entry, ids: NodeIds): MadeItems {
  const cached = new Set(
    (status?.messages ?? []).flatMap(([event, data]) =>
      event === 'execution_cached'
        ? (cachedSchema.safeParse(data).data?.nodes.map(String) ?? [])
        : [],
    ),
  )
  const made = Object.entries(outputs).map(([node, output]) => {
    const display = meta[node]?.display_node ?? null
    const shown = shownNode({ node, display, maybeCached: true }, ids)
    const nodeId = shown ?? toMaker(node, display)
    return collectMade({ nodeId, runtimeId: node, output, reused: cached.has(node) })
  })
  return {
    files: made.flatMap(({ files }) => files),
    texts: made.flatMap(({ texts }) => texts),
  }
}

/** Without the graph: the ids of nodes made by expansion begin with their maker's. */
function toMaker(node: string, display: string | null): string {
  return display !== null && node.startsWith(`${display}.`) ? display : node
}
