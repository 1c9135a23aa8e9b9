/** `Candidate`: a job that waits, as the script that looks for some tells of it. */
import { z } from 'zod'
import { type JobNeeds, jobNeedsSchema } from './needs.ts'

/** A job that waits, as whoever has a free slot sees it. */
export interface Candidate {
  jobId: string
  pool: string
  /** How far its end lies ahead of the pool's virtual time: comparable between pools. */
  lag: number
  /** 0 for the highest priority. */
  band: number
  needs: JobNeeds
  overtaken: { count: number; firstAt: number | null }
  /** It has waited so long that it goes before all others. */
  aged: boolean
}

const rowSchema = z.tuple([
  z.string(),
  z.string(),
  z.coerce.number(),
  z.coerce.number(),
  z.string(),
  z.coerce.number(),
  z.string(),
  z.int(),
])

export function parseCandidates(reply: unknown): Candidate[] {
  return z.array(rowSchema).parse(reply).map(toCandidate)
}

function toCandidate(row: z.infer<typeof rowSchema>): Candidate {
  const [jobId, pool, lag, band, needs, count, firstAt, aged] = row
  return {
    jobId,
    pool,
    lag,
    band,
    needs: jobNeedsSchema.parse(JSON.parse(needs)),
    overtaken: { count, firstAt: firstAt === '' ? null : Number(firstAt) },
    aged: aged === 1,
  }
}
