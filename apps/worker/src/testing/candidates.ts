/** What dispatch chooses from: jobs as the backlog shows them, and hosts as the slots do. */
import { ANY_POOL, type Candidate, NO_NEEDS } from '@safelight/store'
import type { FitHost } from '../dispatch/dispatcher.ts'
import type { Offer } from '../dispatch/pick-job.ts'
import type { StagedHost } from '../dispatch/pick-take-backs.ts'

/** Of normal priority, unless said otherwise; it has overtaken nobody and needs nothing. */
export const newCandidate = (jobId: string, over: Partial<Candidate> = {}): Candidate => ({
  jobId,
  pool: ANY_POOL,
  lag: 0,
  band: 1_000,
  needs: NO_NEEDS,
  overtaken: { count: 0, firstAt: null },
  aged: false,
  ...over,
})

/** Of a host of which nothing is known. */
export const newOffer = (hostId: string, over: Partial<Offer> = {}): Offer => ({
  hostId,
  classes: new Set(),
  files: new Map(),
  loaded: new Set(),
  elsewhere: [],
  hasMostMemory: true,
  ...over,
})

/** Of a host with one slot, which is free. */
export const newFitHost = (hostId: string, over: Partial<FitHost> = {}): FitHost => ({
  ...newOffer(hostId),
  trouble: 0,
  load: 0,
  slots: 1,
  hasFreeSlot: true,
  pools: [ANY_POOL],
  ...over,
})

/** A full host with these jobs staged. */
export const newStagedHost = (
  hostId: string,
  staged: StagedHost['staged'],
  over: Partial<StagedHost> = {},
): StagedHost => ({
  ...newOffer(hostId),
  pools: [ANY_POOL],
  hasFreeSlot: false,
  staged,
  ...over,
})
