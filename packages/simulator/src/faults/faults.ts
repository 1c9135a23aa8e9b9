/** The ways a host can be made to fail, each one a switch. */

export interface Faults {
  /** A socket whose client id was here before is forgotten after its greeting: open, answering pings, hearing nothing. */
  readonly deafReconnect: boolean
  /** No socket hears anything; HTTP goes on. What was not heard is lost. */
  readonly deaf: boolean
  /** One client does not read, so nobody's messages move; they follow when this ends. */
  readonly blockedDelivery: boolean
  /** Nodes that take time make no step until this ends. An interrupt strikes all the same. */
  readonly held: boolean
  /** The executor dies of the next prompt it takes; only a restart helps. */
  readonly executorDead: boolean
  /** What every node raises from now on, whatever it is. */
  readonly nodesRaise: RaisedFault
  /** A file whose name holds this text is not served; '' is none. */
  readonly unservedFile: string
  /** What is answered for it. */
  readonly unservedStatus: number
  /** This many looks find no history of a prompt that has succeeded. */
  readonly historyLate: number
  /** This many looks find it without outputs and status. */
  readonly historyHollow: number
  /** A prompt that succeeds leaves no history. */
  readonly historyGone: boolean
  /** Empties the history once, and is off again at once. */
  readonly historyWiped: boolean
  /** Empties the input folder once, and is off again at once. */
  readonly inputsLost: boolean
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
  /** The next prompt that is taken ends of something the executor does not catch, and the worker lives: an error without a last message. */
  readonly promptCrashes: boolean
  /** A prompt starts with no cached results but those of outputs: memory was short. */
  readonly cacheEvicts: boolean
  /** An id that waits or runs is refused with 409. Proposed, in no release that was read. */
  readonly refusesUsedIds: boolean
  /** A failed node ends nothing but what needs it. Proposed, in no release that was read. */
  readonly partialSuccess: boolean
  /** Every message about a prompt carries keys that another client of the host has chosen. */
  readonly foreignMetadata: boolean
  /** The Authorization header without which HTTP and sockets are denied, as by a proxy in front; '' is none. */
  readonly demandsAuthorization: string
  /** How it is denied; 302 leads to a login page. */
  readonly deniedStatus: number
}

/** 500_queued: answers 500 though the prompt is queued · hang: queues it, and the answer never comes. */
export type SubmitFault = (typeof SUBMIT_FAULTS)[number]
export type ExitFault = (typeof EXIT_FAULTS)[number]

/** oom: torch's own type · oom_words, cuda, cublas: a RuntimeError in the words of a driver. */
export type RaisedFault = (typeof RAISED_FAULTS)[number]

export const RAISED_FAULTS = ['none', 'oom', 'oom_words', 'cuda', 'cublas'] as const
export const SUBMIT_FAULTS = ['none', '500_queued', '500', 'hang'] as const
export const EXIT_FAULTS = ['none', 'execution', 'saving'] as const

export const NO_FAULTS: Faults = {
  deafReconnect: false,
  deaf: false,
  blockedDelivery: false,
  held: false,
  executorDead: false,
  nodesRaise: 'none',
  unservedFile: '',
  unservedStatus: 500,
  historyLate: 0,
  historyHollow: 0,
  historyGone: false,
  historyWiped: false,
  inputsLost: false,
  lostInterrupts: 0,
  slowHttp: 0,
  submitFails: 'none',
  exitDuring: 'none',
  outOfMemory: 0,
  wsRefused: false,
  promptCrashes: false,
  cacheEvicts: false,
  refusesUsedIds: false,
  partialSuccess: false,
  foreignMetadata: false,
  demandsAuthorization: '',
  deniedStatus: 401,
}
