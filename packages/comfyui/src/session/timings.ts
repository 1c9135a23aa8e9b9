/** Every duration of a prompt session, with the reason for its default. */

export interface SessionTimings {
  /** Between two looks at queue and history, while messages are not to be relied on. */
  pollMs: number
  /** And while they come: then a look only finds what the host forgot to say. */
  beatMs: number
  /**
   * Looks after a message that announces the end: history follows `execution_success` by some milliseconds, and is
   * followed by a message of its own, which the first of these waits for.
   */
  quickPollsMs: readonly number[]
  /** How long the submit waits for the socket before it goes on by HTTP alone. */
  socketGraceMs: number
  /** No movement of a *running* prompt for this long, and it is interrupted. Waiting in the host's queue is not a stall. */
  stallMs: number
  /** How long the look before the submit is repeated on a host that does not answer, unless it is known to have the prompt: short, another host may be free. */
  firstLookMs: number
  /** Between two looks that must agree that a prompt is nowhere. */
  confirmMs: number
  /** How long history is asked again for a prompt that was heard to succeed: the picture is there, and paid for. */
  settleMs: number
  /**
   * How long a prompt that has ended may say nothing before its last messages are taken for lost, where they are wanted:
   * a host encodes a large picture for seconds.
   */
  trailMs: number
  /** Between two tries of such a look, doubled from the one to the other. */
  retryMinMs: number
  retryMaxMs: number
  /** The longest between two polls that fail. */
  failingPollMaxMs: number
  /** A prompt is on the host and the host is silent for this long: give the decision to the caller. */
  unreachableMs: number
  /** The prompt runs and the open socket brings nothing for this long: the host may have forgotten it. */
  deafMs: number
  /** Between two interrupts: the host can lose one. */
  interruptEveryMs: number
  /** How long the host may take to obey a cancel: a node is only stopped between its steps. */
  stopMs: number
  /** How long a POST in flight may still answer after a detach. */
  detachGraceMs: number
  socket: SocketTimings
}

export interface SocketTimings {
  handshakeMs: number
  pingMs: number
  /** Pings without any sign of life before the socket is given up: a busy host answers late. */
  missedPings: number
  reconnectMinMs: number
  reconnectMaxMs: number
  /** How long the host may take to agree to a close. */
  closeMs: number
}

export const DEFAULT_TIMINGS: SessionTimings = {
  pollMs: 1500,
  beatMs: 5000,
  quickPollsMs: [50, 100, 200, 400],
  socketGraceMs: 3000,
  stallMs: 300_000,
  firstLookMs: 10_000,
  retryMinMs: 200,
  retryMaxMs: 2000,
  failingPollMaxMs: 10_000,
  confirmMs: 1000,
  settleMs: 30_000,
  trailMs: 10_000,
  unreachableMs: 60_000,
  deafMs: 10_000,
  interruptEveryMs: 700,
  stopMs: 60_000,
  detachGraceMs: 5000,
  socket: {
    handshakeMs: 10_000,
    pingMs: 20_000,
    missedPings: 3,
    reconnectMinMs: 250,
    reconnectMaxMs: 10_000,
    closeMs: 1000,
  },
}
