/** The route table: every REST route there is, in the order the documentation shows them. */
import type { Build } from '@safelight/runtime'
import type { AssetDeps } from './assets/deps.ts'
import { assetRoutes } from './assets/routes.ts'
import { type DeadLetterDeps, deadLetterRoutes } from './dead-letters/routes.ts'
import { type FleetDeps, fleetRoutes } from './fleet/routes.ts'
import { type ScaleDeps, scaleRoute } from './fleet/scale-route.ts'
import { type HousekeepingDeps, housekeepingRoute } from './housekeeping/route.ts'
import { type HostDeps, hostRoutes } from './hosts/routes.ts'
import { type HealthDeps, liveRoute, readyRoute } from './http/health.ts'
import { versionRoute } from './http/version.ts'
import type { ApiRoute } from './http/route.ts'
import { type CancelDeps, cancelRoute } from './jobs/cancel.ts'
import { type CancelManyDeps, cancelManyRoute } from './jobs/cancel-many.ts'
import { type PatchDeps, patchJobRoute } from './jobs/patch.ts'
import { getJobRoute, getWorkflowRoute, listJobsRoute, type ReadDeps } from './jobs/read.ts'
import { type PurgeDeps, purgeRoutes } from './purge/routes.ts'
import { type SubmitDeps, submitRoute } from './jobs/submit.ts'
import { type EventsDeps, eventsRoute } from './sse/route.ts'
import { type WhyDeps, whyRoute } from './why/route.ts'

export interface RouteDeps {
  submit: SubmitDeps
  read: ReadDeps
  why: WhyDeps
  patch: PatchDeps
  cancel: CancelDeps & CancelManyDeps
  purge: PurgeDeps
  deadLetters: DeadLetterDeps
  hosts: HostDeps
  fleet: FleetDeps
  scale: ScaleDeps
  housekeeping: HousekeepingDeps
  events: EventsDeps
  assets: AssetDeps
  health: HealthDeps
  build: Build
}

export function createRoutes(deps: RouteDeps): ApiRoute[] {
  return [
    submitRoute(deps.submit),
    listJobsRoute(deps.read),
    getJobRoute(deps.read),
    getWorkflowRoute(deps.read),
    whyRoute(deps.why),
    patchJobRoute(deps.patch),
    eventsRoute(deps.events),
    cancelRoute(deps.cancel),
    cancelManyRoute(deps.cancel),
    ...purgeRoutes(deps.purge),
    ...deadLetterRoutes(deps.deadLetters),
    ...hostRoutes(deps.hosts),
    ...fleetRoutes(deps.fleet),
    scaleRoute(deps.scale),
    ...assetRoutes(deps.assets),
    housekeepingRoute(deps.housekeeping),
    versionRoute(deps.build),
    liveRoute(),
    readyRoute(deps.health),
  ]
}
