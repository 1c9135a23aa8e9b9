/** One entry of /history → how the prompt ended. The messages decide: `status_str` can say `success` of a failed run. */
import { isJsonObject } from '@safelight/shared'
import { z } from 'zod'
import type { FileItem, HistoryEntry } from '../client/types.ts'
import type { NodeFailure } from '../protocol/host-message.ts'
import { executionErrorSchema, toNodeFailure } from '../protocol/text-messages.ts'
import { shownNode } from '../graph/shown-node.ts'
import { collectFiles } from './outputs.ts'

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
      messages: z.array(z.tuple([z.string(), z.unknown()])).catch([]),
    })
    .nullish(),
  meta: z.record(z.string(), z.looseObject({ display_node: z.string().nullish() })).catch({}),
})
type Entry = z.output<typeof entrySchema>

const graphSchema = z.record(z.string(), z.unknown()).catch({})

const extraDataSchema = z.looseObject({ client_id: z.string() })

/** @returns null when the entry is not one (history answered something else) */
export function judgeHistory(promptId: string, candidate: unknown): HistoryEntry | null {
  const parsed = entrySchema.safeParse(candidate)
  if (!parsed.success) return null
  const entry = parsed.data
  return { promptId, ...toPromptOrigin(entry.prompt), ...toVerdict(entry), outputs: toFiles(entry) }
}

/** Who sent a prompt (our mark is the client id) and the outputs to run, from the queue's 5-element item, which history repeats. */
export function toPromptOrigin(item: readonly unknown[]): {
  clientId: string | null
  outputNodes: string[]
} {
  const extraData = extraDataSchema.safeParse(item[3])
  const outputNodes = z.array(z.string()).safeParse(item[4])
  return {
    clientId: extraData.success ? extraData.data.client_id : null,
    outputNodes: outputNodes.success ? outputNodes.data : [],
  }
}

function toVerdict(entry: Entry): Pick<HistoryEntry, 'outcome' | 'failure'> {
  for (const [event, data] of entry.status?.messages.toReversed() ?? []) {
    if (event === 'execution_success') return { outcome: 'succeeded', failure: null }
    if (event === 'execution_interrupted') return { outcome: 'canceled', failure: null }
    if (event === 'execution_error') return { outcome: 'failed', failure: parseFailure(data) }
  }
  // no terminal message at all: only status_str is left to ask
  return entry.status?.status_str === 'error'
    ? { outcome: 'failed', failure: UNKNOWN_FAILURE }
    : { outcome: 'succeeded', failure: null }
}

export const UNKNOWN_FAILURE: NodeFailure = {
  nodeId: null,
  nodeType: null,
  exceptionType: '',
  message: 'The host reported an error without saying which.',
  traceback: [],
}

function parseFailure(data: unknown): NodeFailure {
  const parsed = executionErrorSchema.safeParse(data)
  return parsed.success ? toNodeFailure(parsed.data) : UNKNOWN_FAILURE
}

/** Listed under runtime ids; `meta` says what a node is shown as, which of a cached one may be a node of another graph. */
function toFiles({ outputs, meta, prompt }: Entry): FileItem[] {
  const graph = graphSchema.parse(prompt[2])
  const ids = { has: (id: string) => Object.hasOwn(graph, id) }
  return Object.entries(outputs).flatMap(([node, output]) => {
    const display = meta[node]?.display_node ?? null
    return collectFiles(shownNode({ node, display }, ids) ?? toMaker(node, display), output)
  })
}

/** Without the graph: the ids of nodes made by expansion begin with their maker's. */
function toMaker(node: string, display: string | null): string {
  return display !== null && node.startsWith(`${display}.`) ? display : node
}
