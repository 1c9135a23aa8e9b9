/** The client of Safelight: typed, for Node and browsers, without a framework. */
export { createClient } from './create-client.ts'
export {
  type BadgeKind,
  toJobDisplay,
  type JobDisplayOptions,
  type JobDisplay,
} from './display/job-display.ts'
export { formatAge, formatDuration, formatEstimate } from './display/duration.ts'
export { formatSize } from './display/size.ts'
export {
  JobCanceled,
  JobFailed,
  RequestError,
  type RequestErrorCode,
  SafelightError,
} from './errors.ts'
export type { InputMedia } from '@safelight/shared'
export { toInputMedia } from './assets/media-input.ts'
export type * from './assets/types.ts'
export type * from './types.ts'
