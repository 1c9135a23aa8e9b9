/** Bounds of what may be sent, for the schemas and for forms. Without zod: clients carry them to browsers. */

/** Priorities go from minus this to this; higher runs sooner. */
export const PRIORITY_LIMIT = 1_000_000
/** Whose a job is that names no owner. */
export const DEFAULT_OWNER = 'default'
/** Of owners and of labels. */
export const LABEL_PATTERN = /^[A-Za-z0-9._-]{1,64}$/
/** Bytes of a job's metadata as JSON. */
export const METADATA_MAX_BYTES = 1024
/** Characters of the reason of a drain. */
export const DRAIN_REASON_MAX = 200

/*
 * What hosts and submitters say goes into records, events, answers and logs. It is cut to these sizes before
 * anything else looks at it: a record that grows with the input fills Redis, and every watcher's connection.
 */

/** Characters of what is shown on one line: titles, classes, what a bar says. Longer ones do not fit a page. */
export const LINE_MAX = 200
/** Characters of a node's id, or of its class. Ids of nested subgraphs are some dozens; both are in every event. */
export const NODE_NAME_MAX = 256
/** Outputs of a workflow that may be asked for one by one. They are in the record, which is written with every event. */
export const TARGETS_MAX = 100
/** Problems of a graph that are told one by one; the rest is counted. Nobody mends more at a time. */
export const PROBLEMS_MAX = 100
/** Bytes of JSON of one problem. A list of allowed values can have 20,000 names. */
export const PROBLEM_MAX_BYTES = 4 * 1024
/** Bytes of JSON of all problems of a graph together. */
export const PROBLEMS_MAX_BYTES = 64 * 1024
/** Bytes of JSON of a whole job error: problems, message and traceback. It is in the record, an event and a message. */
export const JOB_ERROR_MAX_BYTES = 128 * 1024
/** Outputs of a job. A film of frames saved one by one is some hundreds; more is told as a warning, and stays on the host. */
export const OUTPUTS_MAX = 1_000
/** Bytes of JSON of a job's outputs in its record, which is written anew with each of them. */
export const OUTPUTS_MAX_BYTES = 512 * 1024
/** Characters of a text among the outputs that are in the record; all of it is in its asset. */
export const OUTPUT_TEXT_MAX = 1_000
/** Bytes of all such texts of a job; of those beyond, the record has none. */
export const OUTPUT_TEXTS_MAX_BYTES = 128 * 1024
/** Characters of an asset's `file_path` and of one of its tags, and how many tags it may have. */
export const FILE_PATH_MAX = 512
export const TAG_MAX = 64
export const TAGS_MAX = 20
/** Seconds for which an asset may be asked to be kept. */
export const EXPIRES_IN_MIN = 60
export const EXPIRES_IN_MAX = 604_800
