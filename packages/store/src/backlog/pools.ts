/** Pools by the names under which their backlogs are kept. */

/** Of jobs that any host may run. No label can be written so. */
export const ANY_POOL = '*'

export function toPool(pool: string | null): string {
  return pool ?? ANY_POOL
}

/** The other way round. */
export function toLabel(pool: string): string | null {
  return pool === ANY_POOL ? null : pool
}

/** Whether a host with these labels takes jobs of the pool. */
export function servesPool({ labels }: { labels: readonly string[] }, pool: string): boolean {
  return pool === ANY_POOL || labels.includes(pool)
}
