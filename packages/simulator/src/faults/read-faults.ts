/** A patch of switches as it arrives from outside: unknown names and wrong values are refused. */
import { isRecord } from '../record.ts'
import { EXIT_FAULTS, type Faults, NO_FAULTS, RAISED_FAULTS, SUBMIT_FAULTS } from './faults.ts'

export class FaultUnknown extends Error {
  constructor(problem: string) {
    super(problem)
    this.name = 'FaultUnknown'
  }
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  submitFails: SUBMIT_FAULTS,
  exitDuring: EXIT_FAULTS,
  nodesRaise: RAISED_FAULTS,
}

export function readFaults(patch: unknown): Partial<Faults> {
  if (!isRecord(patch)) throw new FaultUnknown('faults are a JSON object')
  for (const [name, value] of Object.entries(patch)) {
    const problem = problemOf(name, value)
    if (problem !== null) throw new FaultUnknown(problem)
  }
  return patch
}

function problemOf(name: string, value: unknown): string | null {
  if (!Object.hasOwn(NO_FAULTS, name)) {
    return `unknown fault: ${name}; there are ${Object.keys(NO_FAULTS).join(', ')}`
  }
  const choices = CHOICES[name]
  if (choices) {
    const isChoice = typeof value === 'string' && choices.includes(value)
    return isChoice ? null : `${name} is one of ${choices.join(', ')}`
  }
  const off: unknown = Object.entries(NO_FAULTS).find(([known]) => known === name)?.[1]
  if (typeof value !== typeof off) return `${name} is a ${typeof off}`
  const isCount = typeof value !== 'number' || (Number.isInteger(value) && value >= 0)
  return isCount ? null : `${name} is a whole number from 0`
}
