/** The texts inside a PNG: ComfyUI writes the graph that made a picture into the picture. */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const HEAD_BYTES = 8
const CHECKSUM_BYTES = 4
/** `comf` is ComfyUI's own: its animated pictures carry their texts there, in the form of a `tEXt`. */
const PLAIN = new Set(['tEXt', 'comf'])
const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder()

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte)
}

/** Keyword → text. Chunks that are broken or compressed are passed over: ComfyUI writes plain ones. */
export function readPngTexts(bytes: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = SIGNATURE.length
  while (at + HEAD_BYTES <= bytes.length) {
    const length = view.getUint32(at)
    const type = latin1.decode(bytes.subarray(at + 4, at + HEAD_BYTES))
    const from = at + HEAD_BYTES
    if (from + length > bytes.length) break
    const data = bytes.subarray(from, from + length)
    const text = PLAIN.has(type) ? readPlain(data) : type === 'iTXt' ? readUnicode(data) : null
    if (text) texts.set(text.keyword, text.value)
    at = from + length + CHECKSUM_BYTES
  }
  return texts
}

interface PngText {
  keyword: string
  value: string
}

/** Keyword, a zero, the text. */
function readPlain(data: Uint8Array): PngText | null {
  const end = data.indexOf(0)
  if (end < 0) return null
  return {
    keyword: latin1.decode(data.subarray(0, end)),
    value: latin1.decode(data.subarray(end + 1)),
  }
}

/** iTXt: keyword, a zero, whether compressed and how, language, translated keyword, the text. */
function readUnicode(data: Uint8Array): PngText | null {
  const end = data.indexOf(0)
  if (end < 0 || data[end + 1] !== 0) return null
  const languageEnd = data.indexOf(0, end + 3)
  const translatedEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1)
  if (translatedEnd < 0) return null
  return {
    keyword: latin1.decode(data.subarray(0, end)),
    value: utf8.decode(data.subarray(translatedEnd + 1)),
  }
}
