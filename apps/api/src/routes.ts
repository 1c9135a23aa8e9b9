/** The route table: every REST route there is, in the order the documentation shows them. */
import { type AssetDeps, getAssetRoute, getContentRoute } from './assets/routes.ts'
import { type HealthDeps, liveRoute, readyRoute } from './http/health.ts'
import type { Route } from './http/route.ts'
import { type CancelDeps, cancelRoute } from './jobs/cancel.ts'
import { getJobRoute, getWorkflowRoute, listJobsRoute, type ReadDeps } from './jobs/read.ts'
import { type SubmitDeps, submitRoute } from './jobs/submit.ts'
import { type EventsDeps, eventsRoute } from './sse/route.ts'

export interface RouteDeps {
  submit: SubmitDeps
  read: ReadDeps
  cancel: CancelDeps
  events: EventsDeps
  assets: AssetDeps
  health: HealthDeps
}

export function createRoutes(deps: RouteDeps): Route[] {
  return [
    submitRoute(deps.submit),
    listJobsRoute(deps.read),
    getJobRoute(deps.read),
    getWorkflowRoute(deps.read),
    eventsRoute(deps.events),
    cancelRoute(deps.cancel),
    getAssetRoute(deps.assets),
    getContentRoute(deps.assets),
    liveRoute(),
    readyRoute(deps.health),
  ]
}
