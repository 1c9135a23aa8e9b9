/** The lines of an API's log that are made from its events. What else is logged is no event: a fault that has none. */
import { type ApiEvents, COMMON_LINES, type LogLine, type LogLines } from '@safelight/runtime'

export const API_LINES: LogLines<ApiEvents> = {
  ...COMMON_LINES,
  'api:started': (body) => info('listening', { ...body }),
  'job:accepted': ({ jobId, nodes, priority, replayed }) =>
    // the dead letter's own line says so
    replayed ? null : info('job accepted', { jobId, nodes, priority }),
  'letter:replayed': (body) => info('dead letter replayed', { ...body }),
  'letter:discarded': (body) => info('dead letter discarded', { ...body }),
  'host:drain-asked': ({ hostId, drain, reason }) =>
    drain ? info('host drained', { hostId, reason }) : info('host resumed', { hostId }),
  'job:deleted': (body) => info('job deleted', { ...body }),
  'jobs:purged': (body) => info('jobs purged', { ...body }),
  'janitor:cleaned': (body) => info('cleaned up', { ...body }),
  'watch:refused': ({ transport, code, status }) =>
    transport === 'socket' && status >= 500
      ? { level: 'warn', text: 'watch refused', fields: { reason: code }, alike: `watch ${code}` }
      : null,
}

function info(text: string, fields: Record<string, unknown>): LogLine {
  return { level: 'info', text, fields }
}
