/** Many clients over few processes: none of them shares a process with what is measured. */
import { type Child, startChild } from './child.ts'
import { answerSchema, type Hearing, type Order, type Seat } from './messages.ts'

export interface Crowd {
  /** By turns over the processes. */
  open(seats: readonly Seat[]): Promise<void>
  /** All of them go; the processes stay. */
  leave(): Promise<void>
  /** What was heard is forgotten. */
  reset(): Promise<void>
  report(): Promise<Hearing>
  /** One of them stops reading, or reads again. */
  stall(stalled: boolean): Promise<void>
  close(): Promise<void>
}

export async function startCrowd(processes: number): Promise<Crowd> {
  const children: Child[] = []
  const started = Array.from({ length: processes }, async () => {
    children.push((await startChild('crowd/main.ts')).child)
  })
  const close = async () => {
    await Promise.allSettled(started)
    await Promise.all(children.map((child) => child.close()))
  }
  try {
    await Promise.all(started)
  } catch (error) {
    await close()
    throw error
  }
  const ask = async (child: Child | undefined, order: Order) =>
    answerSchema.parse(await child?.ask(order))
  const askAll = async (order: Order) =>
    await Promise.all(children.map((child) => ask(child, order)))

  return {
    async open(seats) {
      for (const [at, seat] of seats.entries())
        await ask(children[at % processes], { type: 'open', seat })
    },
    async leave() {
      await askAll({ type: 'leave' })
    },
    async reset() {
      await askAll({ type: 'reset' })
    },
    async report() {
      const hearings = (await askAll({ type: 'report' })).flatMap((answer) =>
        answer.type === 'hearing' ? [answer.hearing] : [],
      )
      return {
        heard: hearings.reduce((sum, { heard }) => sum + heard, 0),
        // each process counts its own clients
        timed: hearings.flatMap(({ timed }, at) =>
          timed.map((event) => ({ ...event, client: event.client * processes + at })),
        ),
      }
    },
    async stall(stalled) {
      await ask(children[0], { type: 'stall', stalled })
    },
    close,
  }
}
