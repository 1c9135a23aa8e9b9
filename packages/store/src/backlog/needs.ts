/** What a job needs of the host that runs it: kept beside its place in the backlog, small and without the workflow. */
import { z } from 'zod'

export const jobNeedsSchema = z.object({
  /** Node classes of its workflow; among them, as `SKILLS`, what its worker must be able to do. */
  classes: z.array(z.string()),
  /** Model files that its loaders name. */
  files: z.array(z.string()),
  /**
   * Files that its host must list: class, input, name, and whether a host was known to list it when the job was
   * accepted. Unknown everywhere, it keeps the job only from hosts that are sure to refuse it.
   */
  listed: z.array(z.tuple([z.string(), z.string(), z.string(), z.boolean()])).default([]),
  /** Hosts that failed it, the latest first. */
  avoid: z.array(z.string()),
  /** Until when it rather waits than go back to one of those (ms since the epoch); null: it need not. */
  avoidUntil: z.number().nullable(),
  /** It ran out of memory: the host with the most of it. */
  memory: z.boolean(),
})
export type JobNeeds = z.infer<typeof jobNeedsSchema>

/** Nothing in particular: any host may try. */
export const NO_NEEDS: JobNeeds = {
  classes: [],
  files: [],
  listed: [],
  avoid: [],
  avoidUntil: null,
  memory: false,
}

/**
 * What workers have learned since there is a backlog. A job that asks for it names it among its classes: workers of earlier
 * versions take that for a node that no host has, and leave the job to others. They would run it otherwise than it is meant.
 */
export const SKILLS = {
  /** Its workflow refers to assets. */
  references: 'safelight/references',
  /** Only some of its outputs are asked for. */
  targets: 'safelight/targets',
} as const
/** How they all begin. */
const SKILL_MARK = 'safelight/'
const KNOWN: ReadonlySet<string> = new Set(Object.values(SKILLS))

export const isSkill = (className: string) => className.startsWith(SKILL_MARK)

/** What of its classes a host must have. */
export function nodeClassesOf({ classes }: Pick<JobNeeds, 'classes'>): string[] {
  return classes.filter((name) => !isSkill(name))
}

/** It asks for nothing that only workers of a later version can do. */
export function isWithinSkills({ classes }: Pick<JobNeeds, 'classes'>): boolean {
  return classes.every((name) => !isSkill(name) || KNOWN.has(name))
}

/** Of a job that begins anew: no host has failed it yet. */
export function renewNeeds(json: string | null): JobNeeds {
  const { classes, files, listed } =
    json === null ? NO_NEEDS : jobNeedsSchema.parse(JSON.parse(json))
  return { ...NO_NEEDS, classes, files, listed }
}
