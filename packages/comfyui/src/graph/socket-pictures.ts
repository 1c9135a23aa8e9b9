/** Nodes whose pictures only travel over the socket: no file of them is ever written, and no history lists them. */
import { cutText, NODE_NAME_MAX, type Workflow } from '@safelight/shared'

/** `SaveImageWebsocket` of ComfyUI itself, `ETN_SendImageWebSocket` of Krita's plugin, `SwarmSaveImageWS` of SwarmUI. */
const SENDS = /(?:save|send).*(?:web_?socket|ws)$/i

export function sendsPictures(className: string): boolean {
  return SENDS.test(cutText(className, NODE_NAME_MAX))
}

/** Ids of such nodes. */
export function senderNodesOf(workflow: Workflow): string[] {
  return Object.keys(workflow).filter((id) => sendsPictures(workflow[id]?.class_type ?? ''))
}
