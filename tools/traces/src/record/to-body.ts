/** An HTTP body as a trace keeps it: JSON, text, or base64. */

/** JSON that only Python would write (NaN) stays the text it came in. */
export function toBody(bytes: Buffer, contentType: string): unknown {
  if (bytes.length === 0) return ''
  const text = bytes.toString()
  // many clients send JSON under another name, and the host reads it whatever it is called
  if (contentType.includes('json') || /^[[{]/.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  return /^(?:text\/|$)/.test(contentType) ? text : { base64: bytes.toString('base64') }
}
