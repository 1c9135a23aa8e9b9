/** Bounds of what may be sent, for the schemas and for forms. Without zod: clients carry them to browsers. */

/** Priorities go from minus this to this; higher runs sooner. */
export const PRIORITY_LIMIT = 1_000_000
/** Bytes of a job's metadata as JSON. */
export const METADATA_MAX_BYTES = 1024
/** Characters of the reason of a drain. */
export const DRAIN_REASON_MAX = 200
