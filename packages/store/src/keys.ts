/** Every Redis name in one place. One hash tag for all, so a script may span a job, the backlog and an idempotency key. */

export type Keys = ReturnType<typeof createKeys>

/** @param namespace deployment name (or one per test), e.g. `safelight` */
export function createKeys(namespace: string) {
  const tag = `{${namespace}}`
  const job = (jobId: string) => `${tag}:job:${jobId}`
  return {
    namespace,
    /** Of all keys, for scripts that build those they need from what a record says. */
    prefix: `${tag}:`,
    /** SET: pools that have had a job. */
    pools: `${tag}:pools`,
    /**
     * ZSET: jobs of a pool that wait, in fair order (see backlog/places.ts). Beside it `:of:<owner>` (ZSET by finish),
     * `:since` (ZSET by ms accepted), `:last` (ZSET: owners by the finish of their job dispatched last), `:running` (SET: jobs
     * that have a slot), `:past` (LIST: virtual times of the latest dispatches) and `:shares` (HASH: `:now` virtual time,
     * `:base` of the scores, `:cost` of all that wait).
     */
    backlog: (pool: string) => `${tag}:backlog:${pool}`,
    /** ZSET: jobs that go back to the backlog, by when (ms). */
    deferred: `${tag}:deferred`,
    /** ZSET per host: jobs that have a slot there, by ms dispatched. */
    dispatched: (hostId: string) => `${tag}:dispatched:${hostId}`,
    /** ZSET per host: jobs whose outputs are carried away from there. */
    collecting: (hostId: string) => `${tag}:collecting:${hostId}`,
    /** ZSET: `<hostId> <workerId>` of hosts of a pool that have nothing to do, by when that must have been said again (ms). */
    idle: (pool: string) => `${tag}:idle:${pool}`,
    /** SET: hosts that have had a job. */
    dispatchedTo: `${tag}:dispatched-to`,
    /** SET per owner: its jobs that have a slot somewhere. */
    running: (owner: string) => `${tag}:running:${owner}`,
    /** `prefix` for BullMQ's own keys: same tag; of our scripts only those of queues/held-tickets.ts know them. */
    bullPrefix: `${tag}:bull`,
    /**
     * HASH: `v` (version of the record), `snapshot` (JSON), `seq`, `stamp` (eventId of the last event), `fence` (the latest
     * fencing token), `run` (JSON, private to workers: the last attempt), and what is counted of it: see jobs/in-hand.ts, jobs/unreadable.ts.
     * `carries`: see toCollect in backlog/places.ts. `inputs`: ids of the assets that its workflow refers to, with spaces between.
     */
    job,
    /** STRING: the workflow, once. */
    workflow: (jobId: string) => `${job(jobId)}:workflow`,
    /** STREAM: the last events, ids `0-<seq>`, field `e` = JSON. */
    events: (jobId: string) => `${job(jobId)}:events`,
    /** CHANNEL: each event as JSON, the moment it is appended. */
    live: (jobId: string) => `${job(jobId)}:live`,
    /** STRING: last preview frame (binary), short-lived. */
    preview: (jobId: string) => `${job(jobId)}:preview`,
    /** CHANNEL: preview frames (binary). */
    previews: (jobId: string) => `${job(jobId)}:previews`,
    /** STRING, short-lived: `extra_data` JSON of a job (may hold a credential). Only here: never in the record, the stream or a log. */
    secrets: (jobId: string) => `${job(jobId)}:secrets`,
    /** HASH: who used the key: `job`, `at` (ms), `request` (its hash), `snapshot` (as accepted), `answer` (JSON, once given). */
    idempotency: (key: string) => `${tag}:idem:${key}`,
    /** STRING: id of the asset for which an upload used the key. */
    uploadKey: (key: string) => `${tag}:idem-upload:${key}`,
    /** ZSET per owner: jobIds by ms created. One owner until accounts exist. */
    index: (owner: string) => `${tag}:index:${owner}`,
    /** ZSET: jobs that have not ended, by ms created. */
    open: `${tag}:open`,
    /** ZSET: jobs that are `canceling`, by ms asked for. */
    canceling: `${tag}:canceling`,
    /** STRING: bytes of the workflows of all jobs that have not ended. */
    openBytes: `${tag}:open-bytes`,
    /** ZSET: jobs that used up their attempts, by ms failed. */
    deadLetters: `${tag}:dead-letters`,
    /** ZSET: jobs that must be looked at by then (ms): they may not start, or not take, any longer. */
    deadlines: `${tag}:deadlines`,
    /** STRING: asset record JSON. */
    asset: (assetId: string) => `${tag}:asset:${assetId}`,
    /** SET: jobs that have not ended and refer to the asset. */
    assetHolds: (assetId: string) => `${tag}:asset:${assetId}:holds`,
    /** ZSET: assets by ms created. */
    assets: `${tag}:assets`,
    /** ZSET: assets that expire, by when (ms). */
    assetsExpiry: `${tag}:assets:expiry`,
    /** ZSET: assets that jobs refer to, by when the last record of one that does goes (ms). */
    assetsNeeded: `${tag}:assets:needed`,
    /** HASH of a blob by its hash (hex): `key` (where the blob store has it), `size`, `thumb:<width>` → `<size> <key>`. See assets/scripts.ts. */
    blob: (hex: string) => `${tag}:blob:${hex}`,
    /** SET: assets over it. */
    blobRefs: (hex: string) => `${tag}:blob:${hex}:refs`,
    /** ZSET: keys that are being written, by ms begun. */
    blobsPending: `${tag}:blobs:pending`,
    /** ZSET: keys whose bytes are to be removed, by ms since. */
    blobsTrash: `${tag}:blobs:trash`,
    /** STRING, as long-lived as the asset: what an output is, by what made it: see assets/made-outputs.ts. */
    made: (signature: string) => `${tag}:made:${signature}`,
    /** HASH: `<hostId> <workerId> <instance>` → what that worker reports of the host, JSON. */
    hosts: `${tag}:hosts`,
    /** HASH: hostId → drain JSON. No expiry: a drain outlives workers and hosts. */
    hostDrains: `${tag}:host-drains`,
    /** HASH: hostId → the prompt that stands still there and ignores its interrupt, JSON. */
    hostStuck: `${tag}:host-stuck`,
    /** HASH: hostId → JSON of when it told its node classes, and their digest. Beside it, digest → compact object_info (see hosts/class-text.ts). */
    nodeClasses: `${tag}:node-classes`,
    nodeClassTexts: `${tag}:node-class-texts`,
    /** HASH: hostId → the files it lists for inputs of its nodes, JSON (see hosts/file-lists.ts). Beside it when it was asked, and a digest of the lists. */
    hostFiles: `${tag}:host-files`,
    hostFilesAt: `${tag}:host-files-at`,
    /** HASH per host: promptId of ours → the id by which the host knows it; prompts that nobody follows. */
    orphans: (hostId: string) => `${tag}:leftovers:${hostId}`,
    /** HASH per host: name in its input folder → what of ours is there, JSON. Beside it, by ms when a job last needed it (ZSET). */
    staged: (hostId: string) => `${tag}:staged:${hostId}`,
    stagedNeeded: (hostId: string) => `${tag}:staged:${hostId}:needed`,
    /** HASH: kind of work → its latest measurements, and by which host (see node-costs.ts). Beside it, when each was measured last (ZSET by ms). */
    costs: `${tag}:costs`,
    costsMeasured: `${tag}:costs:measured`,
    /** HASH: kind of what is kept → ms when it was swept last; `<kind>:removed`, `:removed-at` and `:total`: see housekeeping/sweeps.ts. */
    sweeps: `${tag}:sweeps`,
    /** STRING, short-lived: written for replicas to follow, see replication.ts. */
    replicated: `${tag}:replicated`,
    /** CHANNEL: control messages to workers (cancel, look). */
    control: `${tag}:control`,
  }
}
