/** All there is to measure, in the order in which it is run. */
import { affinity } from './affinity/run.ts'
import { cost } from './cost/run.ts'
import { eta } from './eta/run.ts'
import { fair } from './fair/run.ts'
import { fanout } from './fanout/run.ts'
import { growth } from './growth/run.ts'
import { latency } from './latency/run.ts'
import { overhead } from './overhead/run.ts'
import { peers } from './peers/run.ts'
import type { Section } from './section.ts'
import { submit } from './submit/run.ts'

export const SECTIONS: readonly Section[] = [
  overhead,
  latency,
  fanout,
  submit,
  cost,
  growth,
  eta,
  peers,
  fair,
  affinity,
]
