/** Text of an event stream → its frames, as the standard says, over whatever pieces it arrives in. */

export interface StreamFrame {
  event: string
  data: string
  id: string | null
}

/** @returns what takes the next piece and gives the frames that it completes */
export function createFrameParser(): (piece: string) => StreamFrame[] {
  let rest = ''
  return function take(piece) {
    rest += piece
    // a stream may cut a line end in two: a lone CR at the end waits for what comes
    const text = rest.endsWith('\r') ? rest.slice(0, -1) : rest
    const blocks = text.split(/\r\n\r\n|\n\n|\r\r/)
    const last = blocks.pop() ?? ''
    rest = rest.slice(text.length - last.length)
    return blocks.flatMap((block) => toStreamFrame(block) ?? [])
  }
}

/** Null for a comment, which only keeps the connection alive. */
function toStreamFrame(block: string): StreamFrame | null {
  const data: string[] = []
  let event = 'message'
  let id: string | null = null
  for (const line of block.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
    else if (name === 'id') id = value
  }
  return data.length > 0 ? { event, data: data.join('\n'), id } : null
}
