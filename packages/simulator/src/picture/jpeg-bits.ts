/** The bytes of a JPEG as they are written: bits from the highest down, into a buffer that is used again. */

export interface JpegBits {
  /** Begins a file with these bytes. */
  start(header: Buffer): void
  /** At most 16 bits. */
  put(value: number, count: number): void
  finish(): Buffer
}

export function createJpegBits(): JpegBits {
  let bytes = Buffer.alloc(32 * 1024)
  let length = 0
  let pending = 0
  let filled = 0

  const push = (byte: number): void => {
    if (length + 2 > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)])
    bytes[length++] = byte
    // A bare FF would begin a marker.
    if (byte === 0xff) bytes[length++] = 0
  }

  const put = (value: number, count: number): void => {
    pending = (pending << count) | value
    filled += count
    while (filled >= 8) {
      filled -= 8
      push((pending >> filled) & 255)
    }
    pending &= (1 << filled) - 1
  }

  return {
    start(header) {
      if (header.length > bytes.length) bytes = Buffer.alloc(header.length * 2)
      length = header.copy(bytes)
      pending = 0
      filled = 0
    },
    put,
    finish() {
      if (filled > 0) put((1 << (8 - filled)) - 1, 8 - filled)
      return Buffer.concat([bytes.subarray(0, length), Buffer.from([0xff, 0xd9])])
    },
  }
}
