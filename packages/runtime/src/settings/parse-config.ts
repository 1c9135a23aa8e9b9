/** Reading settings from the environment: everything that is wrong is said at once, and no value is repeated. */
import { z } from 'zod'

/** The settings cannot be used. `problems` has one line per setting, without its value: it may be a secret. */
export class ConfigError extends Error {
  readonly code = 'invalid_config'
  readonly problems: string[]

  constructor(problems: string[]) {
    super(['the settings cannot be used:', ...problems.map((line) => `  ${line}`)].join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

/** An empty variable counts as not set: that is how Compose files and shells leave one out. */
export function parseConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Environment,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value))
  const result = schema.safeParse(given)
  if (result.success) return result.data
  throw new ConfigError(result.error.issues.map(toProblem))
}

function toProblem(issue: z.core.$ZodIssue): string {
  const name = issue.path[0]
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  const what = missing ? 'must be set' : issue.message
  return name === undefined ? what : `${String(name)}: ${what}`
}

/** One setting as documentation shows it. */
export interface SettingDescription {
  name: string
  description: string
  /** As it would be written in the environment; null when there is none. */
  default: string | null
  /** No process starts without it. */
  required: boolean
}

/** What a schema asks for, so that `.env.example` and README can be checked against it. */
export function describeSettings(schema: z.ZodObject): SettingDescription[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.entries(json.properties ?? {}).map(([name, property]) => {
    const known = typeof property === 'object' ? property : {}
    return {
      name,
      description: known.description ?? '',
      default: typeof known.default === 'string' ? known.default : null,
      required: json.required?.includes(name) ?? false,
    }
  })
}
