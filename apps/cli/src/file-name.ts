/** Names of files that come from elsewhere, made fit for a folder of ours. Pure. */
import { toPlainText } from './plain-text.ts'

/** Leaves room for a number under the 255 bytes that file systems take. */
const MAX_BYTES = 200
/** Characters of a name that are looked at. */
const MOST_LOOKED_AT = 1_024
/** Names that Windows keeps for devices, whatever the extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/** A plain name: no folders, nothing hidden, no characters that a file system or a terminal takes for something else. */
export function toFileName(name: string): string {
  const base = toPlainText(cutMiddle(lastPart(name)))
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^\.+|[. ]+$/g, '')
  const { stem, extension } = splitName(DEVICE.test(base) ? `_${base}` : base)
  return cutBytes(stem, MAX_BYTES - extension.length) + extension || 'output'
}

/** The part behind the last separator. */
function lastPart(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
}

/** Both ends of a name that no file system takes: the patterns below are slow on what is longer. */
function cutMiddle(name: string): string {
  return name.length <= MOST_LOOKED_AT
    ? name
    : name.slice(0, MOST_LOOKED_AT / 2) + name.slice(-MOST_LOOKED_AT / 2)
}

/** `a.png`, `a-2.png`, `a-3.png` … */
export function toNumbered(fileName: string, number: number): string {
  const { stem, extension } = splitName(fileName)
  return number === 1 ? fileName : `${stem}-${number}${extension}`
}

function splitName(name: string): { stem: string; extension: string } {
  const extension = name.match(/.(\.\w{1,16})$/)?.[1] ?? ''
  return { stem: name.slice(0, name.length - extension.length), extension }
}

/** Whole characters only: what is left of the last one is no character any more. */
function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text)
  return bytes.byteLength <= most
    ? text
    : bytes
        .subarray(0, most)
        .toString('utf8')
        .replace(/\uFFFD+$/, '')
}
