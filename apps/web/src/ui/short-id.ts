/** Ids of jobs as people read them. */

/** Enough to tell jobs of one list apart. */
export function toShortId(jobId: string): string {
  return jobId.slice(0, 8)
}
