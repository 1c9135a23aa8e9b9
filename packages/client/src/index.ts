/** The client of Safelight: typed, for Node and browsers, without a framework. */
export { createClient } from './create-client.ts'
export {
  type BadgeKind,
  describeJob,
  type DescribeOptions,
  type JobDescription,
} from './describe/describe-job.ts'
export { formatAge, formatDuration, formatEstimate } from './describe/duration.ts'
export {
  JobCanceled,
  JobFailed,
  RequestError,
  type RequestErrorCode,
  SafelightError,
} from './errors.ts'
export type * from './types.ts'
