/** Runs checks side by side, each for so long and no longer, and tells what each finds as soon as it has. */
import { type Clock, startTimeLimit } from '@safelight/runtime'
import { type Check, fail, type Finding, toWord } from './check.ts'

export interface RunOptions {
  /** Per check. */
  withinMs: number
  onFinding: (finding: Finding) => void
  clock: Clock
}

/** @returns all that was found, in the order of the checks */
export async function runChecks(
  checks: readonly Check[],
  { withinMs, onFinding, clock }: RunOptions,
): Promise<Finding[]> {
  const found = await Promise.all(
    checks.map(async (check) => {
      const findings = await runOne(check, withinMs, clock)
      for (const finding of findings) onFinding(finding)
      return findings
    }),
  )
  return found.flat()
}

async function runOne(check: Check, withinMs: number, clock: Clock): Promise<readonly Finding[]> {
  const late = new AbortController()
  let callOff = () => {}
  const gaveUp = new Promise<Finding[]>((resolve) => {
    callOff = startTimeLimit({
      ms: withinMs,
      clock,
      onExpired() {
        late.abort()
        const found = `no answer within ${Math.round(withinMs / 1_000)} s`
        resolve([fail(check.name, { found, advice: 'see whether it can be reached from here' })])
      },
    })
  })
  try {
    return await Promise.race([check.run(late.signal), gaveUp])
  } catch (error) {
    const found = `could not be looked at: ${toWord(error)}`
    return [fail(check.name, { found, advice: 'see whether it can be reached from here' })]
  } finally {
    callOff()
  }
}
