/** A job's `extra_data` on its way to the host: accepted with the job, kept apart from its record, gone when it ends. */
import { type ExtraData, extraDataSchema, parseExact } from '@safelight/shared'
import { createSecretBox } from './secret-box.ts'

/** Opens what came with a claim, for who submits. @throws SecretsLocked */
export type OpenExtraData = (jobId: string, sealed: string) => ExtraData

/** @param secretKey that of the store which accepted the job; null: there is none */
export function createExtraDataOpener(secretKey: Uint8Array | null): OpenExtraData {
  const box = createSecretBox(secretKey)
  return (jobId, sealed) => extraDataSchema.parse(parseExact(box.open(jobId, sealed)))
}
