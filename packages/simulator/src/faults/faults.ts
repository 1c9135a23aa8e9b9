/** The ways a host can be made to fail, each one a switch. */

export interface Faults {
  /** A socket whose client id was here before is forgotten after its greeting: open, answering pings, hearing nothing. */
  readonly deafReconnect: boolean
  /** No socket hears anything; HTTP goes on. What was not heard is lost. */
  readonly deaf: boolean
  /** One client does not read, so nobody's messages move; they follow when this ends. */
  readonly blockedDelivery: boolean
  /** The executor dies of the next prompt it takes; only a restart helps. */
  readonly executorDead: boolean
  /** Empties the history once, and is off again at once. */
  readonly historyWiped: boolean
  /** This many interrupts are answered and do nothing. */
  readonly lostInterrupts: number
  /** Milliseconds by which every HTTP answer is late; what was asked for happens at once. */
  readonly slowHttp: number
  readonly submitFails: SubmitFault
  /** The process ends at the next tick of progress, or right before the next file is written. */
  readonly exitDuring: ExitFault
  /** This many samplers run out of memory. */
  readonly outOfMemory: number
  readonly wsRefused: boolean
}

/** 500_queued: answers 500 though the prompt is queued · hang: queues it, and the answer never comes. */
export type SubmitFault = (typeof SUBMIT_FAULTS)[number]
export type ExitFault = (typeof EXIT_FAULTS)[number]

export const SUBMIT_FAULTS = ['none', '500_queued', '500', 'hang'] as const
export const EXIT_FAULTS = ['none', 'execution', 'saving'] as const

export const NO_FAULTS: Faults = {
  deafReconnect: false,
  deaf: false,
  blockedDelivery: false,
  executorDead: false,
  historyWiped: false,
  lostInterrupts: 0,
  slowHttp: 0,
  submitFails: 'none',
  exitDuring: 'none',
  outOfMemory: 0,
  wsRefused: false,
}
