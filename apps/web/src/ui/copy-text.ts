/** Puts a text on the clipboard, also on pages without https, where browsers keep the modern way from us. */

/** @throws Error when the browser does not let us */
export async function copyText(text: string): Promise<void> {
  // typed as always there, but only in a secure context it is
  const clipboard: Clipboard | undefined = navigator.clipboard
  if (clipboard) return clipboard.writeText(text)
  const box = document.createElement('textarea')
  box.value = text
  box.style.position = 'fixed'
  box.style.opacity = '0'
  document.body.append(box)
  const before = document.activeElement
  box.select()
  const done = document.execCommand('copy')
  box.remove()
  if (before instanceof HTMLElement) before.focus()
  if (!done) throw new Error('the browser does not let this page copy')
}
