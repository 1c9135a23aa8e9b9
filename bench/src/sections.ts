/** All there is to measure, in the order in which it is run. */
import { affinity } from './affinity/run.ts'
import { cost } from './cost/run.ts'
import { eta } from './eta/run.ts'
import { fair } from './fair/run.ts'
import { growth } from './growth/run.ts'
import { overhead } from './overhead/run.ts'
import { peers } from './peers/run.ts'
import type { Section } from './section.ts'
import { submit } from './submit/run.ts'

export const SECTIONS: readonly Section[] = [
  overhead,
  submit,
  cost,
  growth,
  eta,
  peers,
  fair,
  affinity,
]
