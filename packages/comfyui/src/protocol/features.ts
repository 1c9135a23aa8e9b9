/** What a host can do, decided by its version. Version numbers jump (0.3.77 → 0.4.0 → 0.33.0): compare as semver. */

export interface HostFeatures {
  version: string
  /** ≥ 0.3.45: the caller's prompt_id is used, progress_state and feature_flags exist. */
  callerPromptId: boolean
  /** ≥ 0.3.48: `partial_execution_targets`. Before, every output runs. */
  partialTargets: boolean
  /** ≥ 0.3.57: /interrupt honours `prompt_id`. Before, it stops whatever runs. */
  targetedInterrupt: boolean
  /** ≥ 0.6.0: GET /api/jobs/{id}. */
  jobsApi: boolean
  /** ≥ 0.26.0: POST /api/jobs/{id}/cancel. */
  jobCancel: boolean
  /** ≥ 0.33.0 at the latest: values are compared with the options of a COMBO. 0.3.64 compares lists in place of a type only. */
  checksCombos: boolean
}

/** @param version as /system_stats gives it, e.g. `0.3.64`; an unreadable one is treated as the oldest. */
export function toFeatures(version: string): HostFeatures {
  const atLeast = (floor: readonly [number, number, number]) => compare(parse(version), floor) >= 0
  return {
    version,
    callerPromptId: atLeast([0, 3, 45]),
    partialTargets: atLeast([0, 3, 48]),
    targetedInterrupt: atLeast([0, 3, 57]),
    jobsApi: atLeast([0, 6, 0]),
    jobCancel: atLeast([0, 26, 0]),
    checksCombos: atLeast([0, 33, 0]),
  }
}

function parse(version: string): [number, number, number] {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : [0, 0, 0]
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, index) => part !== b[index])
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}
