/** File names differ from run to run: which name of now stands for which of the recording. */
import { isRecord, parsePythonJson, readText } from '@safelight/simulator/testing'
import type { Message } from './tokens.ts'

/** Pairs the file names that the same node reported then and now. */
export function pairFileNames(
  recorded: readonly Message[],
  replayed: readonly Message[],
): Map<string, string> {
  const names = new Map<string, string>()
  const before = filesByNode(recorded)
  const now = filesByNode(replayed)
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
    const parsed = 'text' in message ? parsePythonJson(message.text) : null
    const data = isRecord(parsed) && parsed['type'] === 'executed' ? parsed['data'] : null
    const output = isRecord(data) ? data['output'] : null
    if (!isRecord(data) || !isRecord(output)) continue
    const items = Object.values(output).flatMap((list) => (Array.isArray(list) ? list : []))
    const found = items.flatMap((item) =>
      isRecord(item) ? (readText(item['filename']) ?? []) : [],
    )
    const node = String(data['node'])
    files.set(node, [...(files.get(node) ?? []), ...found])
  }
  return files
}
