/** The route table: every REST route there is, in the order the documentation shows them. */
import type { AssetDeps } from './assets/deps.ts'
import { assetRoutes } from './assets/routes.ts'
import { type DeadLetterDeps, deadLetterRoutes } from './dead-letters/routes.ts'
import { type FleetDeps, fleetRoutes } from './fleet/routes.ts'
import { type HostDeps, hostRoutes } from './hosts/routes.ts'
import { type HealthDeps, liveRoute, readyRoute } from './http/health.ts'
import type { ApiRoute } from './http/route.ts'
import { type CancelDeps, cancelRoute } from './jobs/cancel.ts'
import { type CancelManyDeps, cancelManyRoute } from './jobs/cancel-many.ts'
import { type PatchDeps, patchJobRoute } from './jobs/patch.ts'
import { getJobRoute, getWorkflowRoute, listJobsRoute, type ReadDeps } from './jobs/read.ts'
import { type SubmitDeps, submitRoute } from './jobs/submit.ts'
import { type EventsDeps, eventsRoute } from './sse/route.ts'

export interface RouteDeps {
  submit: SubmitDeps
  read: ReadDeps
  patch: PatchDeps
  cancel: CancelDeps & CancelManyDeps
  deadLetters: DeadLetterDeps
  hosts: HostDeps
  fleet: FleetDeps
  events: EventsDeps
  assets: AssetDeps
  health: HealthDeps
}

export function createRoutes(deps: RouteDeps): ApiRoute[] {
  return [
    submitRoute(deps.submit),
    listJobsRoute(deps.read),
    getJobRoute(deps.read),
    getWorkflowRoute(deps.read),
    patchJobRoute(deps.patch),
    eventsRoute(deps.events),
    cancelRoute(deps.cancel),
    cancelManyRoute(deps.cancel),
    ...deadLetterRoutes(deps.deadLetters),
    ...hostRoutes(deps.hosts),
    ...fleetRoutes(deps.fleet),
    ...assetRoutes(deps.assets),
    liveRoute(),
    readyRoute(deps.health),
  ]
}
