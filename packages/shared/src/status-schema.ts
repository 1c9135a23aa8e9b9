/** Job status and phase, to parse with. */
import { z } from 'zod'
import { JOB_PHASES, JOB_STATUSES } from './status.ts'

export const jobStatusSchema = z.enum(JOB_STATUSES).meta({ id: 'JobStatus' })
export const jobPhaseSchema = z.enum(JOB_PHASES)
