/** What is wrong with bytes that were sent, or fetched, in words for who wants them to be an asset. */
import { FetchRefused, RefusedUpload, TooLarge } from '@safelight/assets'
import { ApiError } from '@safelight/shared'

/** @returns the error itself when it is not about the bytes */
export function toRefusal(error: unknown): unknown {
  if (error instanceof TooLarge) {
    return new ApiError('payload_too_large', `At most ${error.maxBytes} bytes are taken.`, {
      details: { limit_bytes: error.maxBytes },
    })
  }
  if (error instanceof RefusedUpload) return new ApiError('invalid_upload', error.message)
  if (error instanceof FetchRefused) {
    const { problem, status } = error
    // the cause may name addresses: it goes nowhere
    return new ApiError('invalid_upload', `The url was not fetched. ${error.message}`, {
      details: { problem, ...(status !== null && { status }) },
    })
  }
  return error
}
