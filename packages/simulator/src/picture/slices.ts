/** Long work in slices: requests and sockets get their turn in between. */

/** null: go on; otherwise wait for the others first. */
export type Pause = () => Promise<void> | null

/** Short enough that several servers in one process can each work a slice without anyone noticing. */
const SLICE_MS = 4

export function createPause(letOthers: () => Promise<void>): Pause {
  let startedAt = performance.now()
  const rest = async (): Promise<void> => {
    await letOthers()
    startedAt = performance.now()
  }
  return () => (performance.now() - startedAt < SLICE_MS ? null : rest())
}

export async function forRows(
  height: number,
  pause: Pause,
  paint: (row: number) => void,
): Promise<void> {
  for (let row = 0; row < height; row++) {
    paint(row)
    const due = pause()
    if (due) await due
  }
}
