/** What bytes are, by how they begin. A name or a header says what somebody takes them for; only they say what they are. */
import { memberOf, type OutputType } from '@safelight/shared'

export interface Kind {
  contentType: string
  type: OutputType
}

const kind = (contentType: string, type: OutputType): Kind => ({ contentType, type })

const PNG = kind('image/png', 'image')
const WEBM = kind('video/webm', 'video')
const MATROSKA = kind('video/x-matroska', 'video')
const MP4 = kind('video/mp4', 'video')
const MP3 = kind('audio/mpeg', 'audio')
const BYTES = kind('application/octet-stream', 'file')

/** Beginnings in hexadecimal; `..` is any byte. The first that fits counts. */
const BEGINNINGS: readonly [string, Kind][] = [
  ['89504e470d0a1a0a', PNG],
  ['ffd8ff', kind('image/jpeg', 'image')],
  ['474946383761', kind('image/gif', 'image')],
  ['474946383961', kind('image/gif', 'image')],
  ['52494646........57454250', kind('image/webp', 'image')],
  ['52494646........57415645', kind('audio/wav', 'audio')],
  ['52494646........41564920', kind('video/x-msvideo', 'video')],
  ['49492a00', kind('image/tiff', 'image')],
  ['4d4d002a', kind('image/tiff', 'image')],
  ['762f3101', kind('image/x-exr', 'image')],
  ['664c6143', kind('audio/flac', 'audio')],
  ['494433', MP3],
  ['676c5446', kind('model/gltf-binary', 'file')],
  ['504b0304', kind('application/zip', 'file')],
  ['25504446', kind('application/pdf', 'file')],
]

/** Of ISO base media files, by their major brand. */
const BRANDS: Readonly<Record<string, Kind>> = {
  avif: kind('image/avif', 'image'),
  avis: kind('image/avif', 'image'),
  heic: kind('image/heic', 'image'),
  heix: kind('image/heic', 'image'),
  mif1: kind('image/heif', 'image'),
  'qt  ': kind('video/quicktime', 'video'),
  'M4A ': kind('audio/mp4', 'audio'),
  'M4B ': kind('audio/mp4', 'audio'),
}

/**
 * @param head the first bytes; 4 KiB are enough
 * @returns null for what begins like nothing we know, which may be text
 */
export function sniff(head: Uint8Array): Kind | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const hex = bytes.subarray(0, 16).toString('hex')
  const known = BEGINNINGS.find(([start]) => begins(hex, start))
  if (known) return known[1]
  return (
    toBitmap(bytes) ?? toIsoMedia(bytes) ?? toMatroska(bytes) ?? toOgg(bytes) ?? toMpegAudio(bytes)
  )
}

function begins(hex: string, start: string): boolean {
  if (hex.length < start.length) return false
  for (let at = 0; at < start.length; at += 1) {
    if (start[at] !== '.' && start[at] !== hex[at]) return false
  }
  return true
}

/** `BM` begins many a text; the size of the header that follows does not. */
function toBitmap(bytes: Buffer): Kind | null {
  if (bytes.length < 18 || bytes.toString('latin1', 0, 2) !== 'BM') return null
  const headerBytes = bytes.readUInt32LE(14)
  return headerBytes >= 12 && headerBytes <= 124 ? kind('image/bmp', 'image') : null
}

function toIsoMedia(bytes: Buffer): Kind | null {
  if (bytes.length < 12 || bytes.toString('latin1', 4, 8) !== 'ftyp') return null
  return BRANDS[bytes.toString('latin1', 8, 12)] ?? MP4
}

function toMatroska(bytes: Buffer): Kind | null {
  if (bytes.length < 4 || bytes.readUInt32BE(0) !== 0x1a45dfa3) return null
  return bytes.subarray(0, 64).includes('webm') ? WEBM : MATROSKA
}

function toOgg(bytes: Buffer): Kind | null {
  if (bytes.toString('latin1', 0, 4) !== 'OggS') return null
  return bytes.subarray(0, 64).includes('theora')
    ? kind('video/ogg', 'video')
    : kind('audio/ogg', 'audio')
}

/** A frame of MP3 has eleven bits set; what follows rules out most of what else begins so. */
function toMpegAudio(bytes: Buffer): Kind | null {
  const [first = 0, second = 0, third = 0] = bytes
  const isFrame = first === 0xff && (second & 0xe6) === 0xe2
  return isFrame && (third & 0xf0) !== 0xf0 && (third & 0xf0) !== 0 ? MP3 : null
}

const TEXT_ENDINGS: Readonly<Record<string, Kind>> = {
  txt: kind('text/plain', 'text'),
  md: kind('text/markdown', 'text'),
  csv: kind('text/csv', 'text'),
  json: kind('application/json', 'text'),
}
const TEXTS = new Map(Object.values(TEXT_ENDINGS).map((text) => [text.contentType, text]))

/** Pictures, films and sounds have marks: what has none is none. And nothing that a browser would run. */
const NOT_BY_ITS_WORD = /^(image|video|audio|text|multipart|message)\/|html|xml|script|flash/

/** Somebody else's server may say anything. */
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/

/**
 * What bytes are: as they begin, else as declared where that can be so.
 * @param declared media type by the sender's word
 * @param name of the file, for what has no mark of its own
 */
export function toKind(
  head: Uint8Array,
  { declared, name }: { declared: string; name: string },
): Kind {
  const known = sniff(head)
  if (known) return known
  const ending = /\.([a-z\d]{1,16})$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  if (ending === 'latent') return kind(BYTES.contentType, 'latent')
  const essence = declared.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  // a text holds no zero, in whatever encoding anybody still uses
  if (!head.includes(0)) {
    const text = TEXTS.get(essence) ?? memberOf(TEXT_ENDINGS, ending)
    if (text) return text
  }
  const isWord = MEDIA_TYPE.test(essence) && !NOT_BY_ITS_WORD.test(essence)
  return isWord ? kind(essence, 'file') : BYTES
}
