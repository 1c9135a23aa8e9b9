/** What each ComfyUI version we imitate can do; every recorded difference between them is one field here. */

/** Held to recordings of real servers (`legacy` is 0.3.34 with another message of progress). */
export const RECORDED_DIALECTS = ['0.3.34', '0.3.64', '0.33.0', 'legacy'] as const

export type RecordedDialect = (typeof RECORDED_DIALECTS)[number]

/** `0.45` is READ, NOT RECORDED: from sources and release notes after 0.33.0, held to its own tests alone. */
export type Dialect = RecordedDialect | '0.45'

export const DIALECTS: readonly Dialect[] = [...RECORDED_DIALECTS, '0.45']

export interface DialectTraits {
  readonly name: Dialect
  readonly comfyuiVersion: string
  /** ignored: the server mints its own id · any: whatever was sent, as text · uuid: refused unless a canonical UUID. */
  readonly promptIds: 'ignored' | 'any' | 'uuid'
  /** What GET /features and the answer to a client's feature_flags say; null: the route does not exist. */
  readonly features: Readonly<Record<string, unknown>> | null
  readonly progressState: boolean
  readonly tickMessage: 'progress' | 'execution_progress'
  readonly throttledTicks: boolean
  readonly targetedInterrupt: boolean
  readonly partialTargets: boolean
  readonly asyncNodes: boolean
  readonly jobsApi: boolean
  readonly createTime: boolean
  readonly namesMissingNodes: boolean
  readonly namesCycles: boolean
  /** From 0.3.45 an exception message ends with a line of tips (empty for most errors). */
  readonly errorTips: boolean
  readonly refusesCrossSite: boolean
  /** The same id and number twice in the queue: 500, and the executor dies when it takes the next prompt. */
  readonly diesOfDuplicates: boolean
  /** What came after 0.33.0, all of it read and none of it observed. */
  readonly newest: boolean
}

export const MAX_UPLOAD_BYTES = 104_857_600

const oldest = {
  comfyuiVersion: '0.3.34',
  promptIds: 'ignored',
  features: null,
  progressState: false,
  tickMessage: 'progress',
  throttledTicks: false,
  targetedInterrupt: false,
  partialTargets: false,
  asyncNodes: false,
  jobsApi: false,
  createTime: false,
  namesMissingNodes: false,
  namesCycles: false,
  errorTips: false,
  refusesCrossSite: false,
  diesOfDuplicates: false,
  newest: false,
} as const

const MODERN: Omit<DialectTraits, 'name' | 'comfyuiVersion' | 'features' | 'newest'> = {
  promptIds: 'uuid',
  progressState: true,
  tickMessage: 'progress',
  throttledTicks: true,
  targetedInterrupt: true,
  partialTargets: true,
  asyncNodes: true,
  jobsApi: true,
  createTime: true,
  namesMissingNodes: true,
  namesCycles: true,
  errorTips: true,
  refusesCrossSite: true,
  diesOfDuplicates: true,
}

const MODERN_FEATURES = {
  supports_preview_metadata: true,
  supports_model_type_tags: true,
  max_upload_size: MAX_UPLOAD_BYTES,
  extension: { manager: { supports_v4: true } },
  node_replacements: true,
} as const

const TRAITS: Readonly<Record<Dialect, DialectTraits>> = {
  legacy: { ...oldest, name: 'legacy', tickMessage: 'execution_progress' },
  '0.3.34': { ...oldest, name: '0.3.34' },
  '0.3.64': {
    ...oldest,
    name: '0.3.64',
    comfyuiVersion: '0.3.64',
    promptIds: 'any',
    features: { supports_preview_metadata: true, max_upload_size: MAX_UPLOAD_BYTES },
    progressState: true,
    targetedInterrupt: true,
    partialTargets: true,
    asyncNodes: true,
    errorTips: true,
  },
  '0.33.0': {
    ...MODERN,
    name: '0.33.0',
    comfyuiVersion: '0.33.0',
    features: { ...MODERN_FEATURES, assets: false },
    newest: false,
  },
  '0.45': {
    ...MODERN,
    name: '0.45',
    comfyuiVersion: '0.45.2',
    features: {
      ...MODERN_FEATURES,
      assets: true,
      partner_run_gate_enabled: false,
      local_web_sso: true,
      partner_node_token: true,
    },
    newest: true,
  },
}

export function isDialect(name: string): name is Dialect {
  return Object.hasOwn(TRAITS, name)
}

export function traitsOf(dialect: Dialect): DialectTraits {
  return TRAITS[dialect]
}
