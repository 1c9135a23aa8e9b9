/** File names differ from run to run: which name of now stands for which of the recording. */
import { isRecord, readText } from '@safelight/simulator/testing'
import type { Message } from './summarize.ts'

/** Pairs the file names that the same node reported then and now. */
export function pairFileNames(
  recorded: readonly Message[],
  received: readonly Message[],
): Map<string, string> {
  const names = new Map<string, string>()
  const before = filesByNode(recorded)
  const now = filesByNode(received)
  for (const [node, files] of before) {
    files.forEach((file, index) => {
      const current = now.get(node)?.[index]
      if (current !== undefined) names.set(file, current)
    })
  }
  return names
}

function filesByNode(messages: readonly Message[]): Map<string, string[]> {
  const files = new Map<string, string[]>()
  for (const message of messages) {
    if ('bytes' in message || message.type !== 'executed') continue
    const { output, node: id } = message.data
    if (!isRecord(output)) continue
    const items = Object.values(output).flatMap((list) => (Array.isArray(list) ? list : []))
    const found = items.flatMap((item) =>
      isRecord(item) ? (readText(item['filename']) ?? []) : [],
    )
    const node = String(id)
    files.set(node, [...(files.get(node) ?? []), ...found])
  }
  return files
}
