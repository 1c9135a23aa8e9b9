/** Credentials at rest: with a key from the environment, what a dump or an append-only file of Redis shows is sealed. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

export interface SecretBox {
  /** @param jobId opens for this job only */
  seal(jobId: string, text: string): string
  /** @throws SecretsLocked when it was sealed with another key, for another job, or there is no key here */
  open(jobId: string, stored: string): string
}

/** Every process of a deployment must have the same key. */
export class SecretsLocked extends Error {
  readonly code = 'secrets_locked'

  constructor(cause?: unknown) {
    super('extra_data was sealed with a key that this process does not have', { cause })
    this.name = 'SecretsLocked'
  }
}

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
/** What is not sealed is JSON and begins with a brace. */
const MARK = 'sealed:1:'

/** @param key 32 bytes; null: nothing is sealed */
export function createSecretBox(key: Uint8Array | null): SecretBox {
  return {
    seal(jobId, text) {
      if (!key) return text
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(jobId))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return MARK + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')
    },
    open(jobId, stored) {
      // accepted before there was a key
      if (!stored.startsWith(MARK)) return stored
      if (!key) throw new SecretsLocked()
      const bytes = Buffer.from(stored.slice(MARK.length), 'base64')
      const [iv, tag] = [
        bytes.subarray(0, IV_BYTES),
        bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES),
      ]
      try {
        const decipher = createDecipheriv(CIPHER, key, iv).setAAD(Buffer.from(jobId))
        decipher.setAuthTag(tag)
        const opened = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES))
        return Buffer.concat([opened, decipher.final()]).toString('utf8')
      } catch (error) {
        throw new SecretsLocked(error)
      }
    },
  }
}
