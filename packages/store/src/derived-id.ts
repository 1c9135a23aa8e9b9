/** UUIDs derived from facts: doing the same thing again names it the same, whoever does it. */
import { hash } from 'node:crypto'

/** ComfyUI's id for one attempt at a job: the same after a crash, a new one after a real failure. */
export function promptIdOf(jobId: string, attempt: number): string {
  return deriveUuid('prompt', jobId, String(attempt))
}

/** Where a host has it. */
interface OutputFile {
  node_id: string
  subfolder: string
  filename: string
  type: string
}

/** Asset id of one output file of a job, so that collecting it twice is harmless. */
export function assetIdOf(jobId: string, file: OutputFile): string {
  return deriveUuid('asset', jobId, file.node_id, file.subfolder, file.filename, file.type)
}

/** Canonical lowercase UUID (version 8: our own scheme), which newer hosts insist on. */
function deriveUuid(...facts: readonly string[]): string {
  // JSON keeps ('a', 'bc') and ('ab', 'c') apart
  const bytes = hash('sha256', JSON.stringify(facts), 'buffer').subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [8, 12, 16, 20, 32].map((end, i, ends) => hex.slice(ends[i - 1] ?? 0, end)).join('-')
}
