/** What hosts really executed, from the records that outlive them. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const lineSchema = z.object({
  promptId: z.string(),
  /** Derived from the job by whoever submitted it, on every dialect. */
  clientId: z.string().nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  outcome: z.enum(['running', 'success', 'error', 'interrupted', 'crashed']),
})
export type ExecutionLine = z.infer<typeof lineSchema>

/** One per execution, as its last line has it: `running` if its host never saw the end. */
export async function readExecutions(file: string): Promise<ExecutionLine[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const found = new Map<string, ExecutionLine>()
  for (const line of text.split('\n').filter(Boolean)) {
    const execution = lineSchema.parse(JSON.parse(line))
    found.set(`${execution.promptId} ${execution.startedAt}`, execution)
  }
  return [...found.values()]
}
