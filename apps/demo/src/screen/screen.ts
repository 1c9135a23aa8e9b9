/** Several lines that are drawn over in place; where there is no terminal, a line is printed when it has news. */

/** The part of a stream that is needed: `process.stdout` fits. */
export interface Terminal {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

export interface Screen {
  /** @param milestone what makes a line news without a terminal, e.g. every tenth percent */
  draw(key: string, line: string, milestone: string): void
}

export function createScreen(terminal: Terminal): Screen {
  const lines = new Map<string, string>()
  const milestones = new Map<string, string>()
  let drawn = 0
  return {
    draw(key, line, milestone) {
      if (!terminal.isTTY) {
        if (milestones.get(key) !== milestone) terminal.write(`${line}\n`)
        milestones.set(key, milestone)
        return
      }
      lines.set(key, line.slice(0, (terminal.columns ?? 120) - 1))
      const up = drawn > 0 ? `\u001B[${drawn}A` : ''
      terminal.write(up + [...lines.values()].map((text) => `\u001B[2K${text}\n`).join(''))
      drawn = lines.size
    },
  }
}
