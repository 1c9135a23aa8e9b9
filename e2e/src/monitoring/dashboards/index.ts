/** The dashboards of deploy/grafana. `monitoring.test.ts` makes the files from them (`vitest run --update`). */
import { FLEET } from './fleet.ts'
import { GATEWAY } from './gateway.ts'
import { JOBS } from './jobs.ts'
import type { Dashboard } from './panel.ts'

export type { Dashboard, Panel } from './panel.ts'
export const DASHBOARDS: readonly Dashboard[] = [FLEET, JOBS, GATEWAY]
