/** Nodes whose pictures only travel over the socket: no file of them is ever written, and no history lists them. */
import { NODE_NAME_MAX } from '@safelight/shared'

/** ComfyUI's own; of Krita's plugin; of SwarmUI. They send at least one picture whenever they run. */
const KNOWN = new Set(['SaveImageWebsocket', 'ETN_SendImageWebSocket', 'SwarmSaveImageWS'])
const LOOKS_LIKE_SENDER = /(?:save|send|preview).*(?:web_?socket|ws)$/i

/** Whether what the socket brings of such a node is a result, and not only something to look at. */
export function sendsPictures(className: string): boolean {
  return KNOWN.has(className) || LOOKS_LIKE_SENDER.test(className.slice(0, NODE_NAME_MAX))
}

/** How many pictures a node of this class sends at least, when its bar has counted to `max`. */
export function picturesToCome(className: string, max: number | null): number {
  if (!KNOWN.has(className)) return 0
  // its bar counts pictures; others have bars of their own
  return className === 'SaveImageWebsocket' ? Math.max(1, max ?? 1) : 1
}
