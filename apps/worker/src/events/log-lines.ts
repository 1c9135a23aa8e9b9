/** The lines of a worker's log that are made from its events. What else is logged is no event: a fault that has none. */
import { COMMON_LINES, type LogLine, type LogLines, type WorkerEvents } from '@safelight/runtime'

export const WORKER_LINES: LogLines<WorkerEvents> = {
  ...COMMON_LINES,
  'worker:started': ({ hostIds }) => info('worker started', { hosts: hostIds }),
  'worker:handing-back': () => info('drain time is over: handing jobs back', {}),
  'job:dispatched': ({ jobId, hostId, overtaken }) =>
    info('job dispatched', { jobId, hostId, overtaken }),
  'job:taken-back': (body) => info('taken back from the host', { ...body }),
  'job:handed-back': ({ jobId, why, error, unreadMs }) => {
    if (why === 'store') {
      // again and again, for as long as that lasts
      const alike = `handed back ${jobId}`
      return { ...warn('handed back: trouble with the store', { jobId, err: error }), alike }
    }
    if (why !== 'newer_record') return null
    return warn('handed back: for a newer worker to read', { jobId, err: error, unreadMs })
  },
  'job:waits-for-host': (body) => info('waiting for the host', { ...body }),
  'job:mishap': ({ jobId, error, mishaps }) => ({
    level: 'error',
    text: 'something unforeseen while the job was in hand',
    fields: { jobId, err: error, mishaps },
  }),
  'job:lost-its-worker': (body) => warn('job lost its worker', { ...body }),
  'attempt:submitted': ({ jobId, promptId, totalSteps, status }) =>
    info('prompt submitted', { jobId, promptId, totalSteps, adopted: false, status }),
  'attempt:adopted': ({ jobId, promptId, totalSteps, status }) =>
    info('prompt submitted', { jobId, promptId, totalSteps, adopted: true, status }),
  'attempt:failed': ({ retry, delayMs, deadLetter, ...body }) =>
    warn('attempt failed', {
      ...body,
      action: retry,
      ...(retry === 'retry' ? { delayMs } : { deadLetter }),
    }),
  'orphan:ended': ({ hostId, promptId, end, jobId, error }) => {
    if (jobId === null) return info('orphan of a job that moved on', { hostId, promptId, end })
    return end === 'out_of_reach'
      ? warn('orphan out of reach', { jobId, hostId, err: error })
      : info('orphan stopped', { jobId, hostId, promptId, end })
  },
  'host:listed-otherwise': (body) => info('host listed otherwise', { ...body }),
  'host:delisted': (body) => info('host is on the list no more', { ...body }),
  'host:left': (body) => info('host has left', { ...body }),
  'host:condition': ({ to, ...body }) => ({
    level: levelOf(body.from, to),
    text: `host is ${to}`,
    fields: { ...body, state: to },
  }),
  'message:unknown': ({ type, isFirst }) =>
    isFirst ? warn('unknown host message', { messageType: type }) : null,
}

function info(text: string, fields: LogLine['fields']): LogLine {
  return { level: 'info', text, fields }
}

function warn(text: string, fields: LogLine['fields']): LogLine {
  return { level: 'warn', text, fields }
}

/** Jobs come and go all the time; a host that fails is worth a line. */
function levelOf(from: string, to: string): LogLine['level'] {
  if (to === 'busy' || (to === 'ready' && from === 'busy')) return 'debug'
  return to === 'degraded' || to === 'quarantined' || to === 'offline' ? 'warn' : 'info'
}
