/** Hides the cursor of a terminal, and brings it back however the process ends, short of SIGKILL. */
import cliCursor from 'cli-cursor'

export interface Cursor {
  hide(): void
  show(): void
}

/** @param stream where it is hidden, if that is a terminal */
export function createCursor(stream: NodeJS.WritableStream): Cursor {
  let hidden = false
  return {
    hide() {
      if (hidden) return
      hidden = true
      cliCursor.hide(stream)
    },
    show() {
      if (!hidden) return
      hidden = false
      cliCursor.show(stream)
    },
  }
}
