/** One check and what it finds. */

/** `fail`: jobs are lost, or none run. `warn`: it works, and not as it should. */
export type Verdict = 'ok' | 'warn' | 'fail'

/** Never with a secret in it, nor with more of an address than its operator has written down. */
export interface Finding {
  /** What was looked at: `redis memory`, `host gpu-1`. */
  check: string
  verdict: Verdict
  found: string
  /** What to do; null where nothing is to be done. */
  advice: string | null
}

export interface Check {
  name: string
  /** What it throws is a finding, too. Whatever takes longer than the signal lasts is given up. */
  run(signal: AbortSignal): Promise<readonly Finding[]>
}

export const ok = (check: string, found: string): Finding => ({
  check,
  verdict: 'ok',
  found,
  advice: null,
})

/** @param what found, and what to do about it */
export const warn = (check: string, what: { found: string; advice: string }): Finding => ({
  check,
  verdict: 'warn',
  ...what,
})

export const fail = (check: string, what: { found: string; advice: string }): Finding => ({
  check,
  verdict: 'fail',
  ...what,
})

const WORD = /^\w{1,64}$/

/** What an error is called: `ECONNREFUSED`, `NOAUTH`. Its message may hold anything. */
export function toWord(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const ofReply = error.name === 'ReplyError' ? error.message.split(' ', 1)[0] : undefined
  const said: unknown[] = [ofReply, Reflect.get(error, 'reason'), Reflect.get(error, 'code')]
  const word = [...said, error.name].find((name) => typeof name === 'string' && WORD.test(name))
  return typeof word === 'string' ? word : 'unknown'
}
