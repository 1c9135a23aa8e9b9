/** The settings of the demo and the dev stack; the same names as in production, all optional. */
import { z } from 'zod'

const schema = z.object({
  REDIS_URL: z.url().optional(),
  COMFYUI_HOSTS: z
    .string()
    .transform((hosts) =>
      hosts
        .split(',')
        .map((host) => host.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.url({ protocol: /^https?$/ })))
    .optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** How much faster than life the simulated hosts are. */
  SIMULATOR_SPEED: z.coerce.number().positive().default(1),
  /** Where `npm run` was called. */
  INIT_CWD: z.string().optional(),
})

export interface DemoConfig {
  redisUrl: string | undefined
  /** Real hosts; empty means simulated ones. */
  hosts: string[]
  port: number | undefined
  speed: number
  /** Folder that pictures are put under. */
  folder: string
  /** What the processes of the stack inherit. */
  env: Readonly<Record<string, string | undefined>>
}

/** @throws Error that names every setting that is wrong */
export function readDemoConfig(env: NodeJS.ProcessEnv = process.env): DemoConfig {
  // an empty variable is one that is not set
  const parsed = schema.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value)),
  )
  if (!parsed.success) throw new Error(parsed.error.issues.map(toProblem).join('; '))
  const { REDIS_URL, COMFYUI_HOSTS, PORT, SIMULATOR_SPEED, INIT_CWD } = parsed.data
  return {
    redisUrl: REDIS_URL,
    hosts: COMFYUI_HOSTS ?? [],
    port: PORT,
    speed: SIMULATOR_SPEED,
    folder: INIT_CWD ?? process.cwd(),
    env,
  }
}

function toProblem(issue: z.core.$ZodIssue): string {
  return `${String(issue.path[0])}: ${issue.message}`
}
