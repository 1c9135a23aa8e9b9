/** What the tests read from the environment. */

/** Real ComfyUI hosts to run the contract suite against: one, or none. */
export function readComfyuiUrls(): string[] {
  const url = process.env['COMFYUI_URL']
  return url === undefined || url === '' ? [] : [url]
}
