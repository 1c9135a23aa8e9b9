/** Bodies that a host, or a proxy before it, sends compressed. */
import { type Duplex, pipeline, type Readable } from 'node:stream'
import { constants, createBrotliDecompress, createUnzip } from 'node:zlib'
import { HostError } from '../errors.ts'

/** What is understood in answers; it is asked for where bodies are JSON, since pictures only grow by it. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate'

/** Each costs a turn of another thread. */
const CHUNK_BYTES = 256 * 1024

/**
 * @returns the bytes as they were before they were compressed; what breaks either stream breaks it
 * @throws HostError `bad_answer` when it is encoded in a way that we do not know
 */
export function decodeBody(body: Readable, encoding: string | null): Readable {
  const names = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  // applied in the order they are named
  return names.reverse().reduce(decodeOne, body)
}

function decodeOne(body: Readable, encoding: string): Readable {
  // an end that is cut off is told by the connection, not by the format: some servers leave out the last bytes
  const lenient = {
    flush: constants.Z_SYNC_FLUSH,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: CHUNK_BYTES,
  }
  switch (encoding) {
    case '':
    case 'identity':
      return body
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      return through(body, createUnzip(lenient))
    case 'br':
      return through(body, createBrotliDecompress({ chunkSize: CHUNK_BYTES }))
    default:
      body.destroy()
      throw new HostError('bad_answer', 'The host answered in an encoding that is not known')
  }
}

/** One end takes the other along: what breaks the bytes that come breaks those that are read. */
function through(body: Readable, decoder: Duplex): Readable {
  // whoever reads it is told, also when it broke before
  decoder.on('error', () => {})
  return pipeline(body, decoder, () => {})
}
