/** The beginning of a text, without loading the rest. */
export interface BoundedText {
  text: string
  /** There is more than this. */
  cut: boolean
}

export async function readBoundedText(answer: Response, maxBytes: number): Promise<BoundedText> {
  if (!answer.body) return { text: '', cut: false }
  const reader = answer.body.getReader()
  // as a stream: half a letter at the cut is left out instead of shown as a question mark
  const decoder = new TextDecoder()
  let text = ''
  let left = maxBytes
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { text: text + decoder.decode(), cut: false }
    if (value.byteLength > left) {
      text += decoder.decode(value.subarray(0, left), { stream: true })
      await reader.cancel()
      return { text, cut: true }
    }
    text += decoder.decode(value, { stream: true })
    left -= value.byteLength
  }
}
