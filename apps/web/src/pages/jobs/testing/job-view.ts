/** Jobs for tests, as the API shows them. */
import type { JobView } from '@safelight/shared'
import { newJobView } from '@safelight/testkit'

const START = Date.parse('2026-01-01T12:00:00Z')

/** @param changes `age`: seconds before noon; the older, the further down the list */
export function jobView({
  age = 0,
  ...changes
}: Partial<JobView> & { age?: number } = {}): JobView {
  const created_at = new Date(START - age * 1_000).toISOString()
  return newJobView({ id: `job-${age}`, created_at, ...changes })
}
