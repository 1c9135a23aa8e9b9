/**
 * The order of prompts on a host: that in which its jobs were dispatched, though each is prepared by itself and one is
 * ready sooner than another. Of this worker's jobs: where several drive a host, theirs may still meet.
 */
import { type HostClient, NotSubmitted } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'

export interface SubmitOrder {
  /** Called for each job when it is dispatched. */
  enter(): SubmitPlace
}

export interface SubmitPlace {
  /**
   * It is ready. Resolves when those before it have submitted their prompts, or are over; or have taken too long.
   * @throws NotSubmitted when the signal is aborted before
   */
  turn(signal: AbortSignal): Promise<void>
  /** Its prompt is submitted, or will not be. */
  leave(): void
}

export interface SubmitOrderOptions {
  /** Who takes longer, perhaps over a large input, lets the others go first: the host must not wait for it. */
  atMostMs: number
  clock: Pick<Clock, 'after'>
}

interface Entered {
  /** Ready itself: it goes as soon as those before it are gone. */
  waits: boolean
  left: Promise<void>
  leave(): void
}

export function createSubmitOrder({ atMostMs, clock }: SubmitOrderOptions): SubmitOrder {
  const entered = new Set<Entered>()

  function add(): Entered {
    let tell = () => {}
    const left = new Promise<void>((resolve) => (tell = resolve))
    const place: Entered = {
      waits: false,
      left,
      leave() {
        entered.delete(place)
        tell()
      },
    }
    entered.add(place)
    return place
  }

  /** Until all have left, or the time is over: then those that only wait as well keep their places, and no others. */
  async function waitFor(before: readonly Entered[], signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const callOff = clock.after(atMostMs, () => {
        for (const late of before) if (!late.waits) late.leave()
        goOn()
      })
      const goOn = () => {
        callOff()
        signal.removeEventListener('abort', goOn)
        resolve()
      }
      signal.addEventListener('abort', goOn, { once: true })
      void Promise.all(before.map(({ left }) => left)).then(goOn)
    })
  }

  return {
    enter() {
      const before = [...entered]
      const place = add()
      return {
        leave: () => place.leave(),
        async turn(signal) {
          place.waits = true
          while (!signal.aborted && before.some((one) => entered.has(one))) {
            await waitFor(before, signal)
          }
          place.waits = false
          if (signal.aborted) throw new NotSubmitted(signal.reason)
        },
      }
    },
  }
}

/** The same client; what it submits waits for its turn. Aborted before, nothing is submitted. */
export function submitInOrder(
  client: HostClient,
  place: SubmitPlace,
  signal: AbortSignal,
): HostClient {
  return {
    ...client,
    within: (timeoutMs) => submitInOrder(client.within(timeoutMs), place, signal),
    async submit(request, late) {
      await place.turn(signal)
      return client.submit(request, late)
    },
  }
}
