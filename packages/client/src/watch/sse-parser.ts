/** Text of an event stream → its frames, as the standard says, over whatever pieces it arrives in. */

export interface StreamFrame {
  event: string
  data: string
  id: string | null
}

/** @returns what takes the next piece and gives the frames that it completes. Looks at every character once. */
export function createFrameParser(): (piece: string) => StreamFrame[] {
  /** Lines of the frame that is not complete yet. */
  let lines: string[] = []
  /** Of the last line: a frame of megabytes may come in very many pieces. */
  let parts: string[] = []
  let endedInReturn = false
  return function take(piece) {
    const frames: StreamFrame[] = []
    // a stream may cut a line end in two: the line is over with its CR already
    const text = endedInReturn && piece.startsWith('\n') ? piece.slice(1) : piece
    if (piece !== '') endedInReturn = piece.endsWith('\r')
    const [first = '', ...rest] = text.split(/\r\n|\n|\r/)
    parts.push(first)
    for (const part of rest) {
      const line = parts.join('')
      parts = [part]
      if (line !== '') {
        lines.push(line)
        continue
      }
      const frame = toStreamFrame(lines)
      if (frame) frames.push(frame)
      lines = []
    }
    return frames
  }
}

/** Null for a comment, which only keeps the connection alive. */
function toStreamFrame(lines: readonly string[]): StreamFrame | null {
  const data: string[] = []
  let event = 'message'
  let id: string | null = null
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
    else if (name === 'id') id = value
  }
  return data.length > 0 ? { event, data: data.join('\n'), id } : null
}
