/** What a prompt has made, fetched the plain way. */
import { z } from 'zod'
import type { WayOptions } from './way.ts'

const fileSchema = z.object({ filename: z.string(), subfolder: z.string(), type: z.string() })
const historySchema = z.record(
  z.string(),
  z.object({ outputs: z.record(z.string(), z.object({ images: z.array(fileSchema).optional() })) }),
)

/** Until history knows it: it is written after the end was said. */
export async function fetchOutputs(
  { url, http }: Pick<WayOptions, 'url' | 'http'>,
  promptId: string,
): Promise<void> {
  for (;;) {
    const outputs = await outputsOf({ url, http }, promptId)
    if (outputs === null) continue
    for (const file of outputs) {
      const { status } = await http.send(`${url}/view?${new URLSearchParams(file).toString()}`)
      if (status !== 200) throw new Error(`${file.filename}: ${status}`)
    }
    return
  }
}

/** null: history does not know it yet. */
export async function outputsOf(
  { url, http }: Pick<WayOptions, 'url' | 'http'>,
  promptId: string,
): Promise<z.output<typeof fileSchema>[] | null> {
  const entry = historySchema.parse(await http.json(`${url}/history/${promptId}`))[promptId]
  return entry ? Object.values(entry.outputs).flatMap(({ images = [] }) => images) : null
}
