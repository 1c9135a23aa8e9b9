/** The files that a host lists for the inputs of its nodes, as text that stays small: names once, lists as runs of them. */
import { z } from 'zod'

export interface StoredFileChoice {
  names: ReadonlySet<string>
  /** The host refuses every other name for certain. */
  strict: boolean
  /** Of what users upload. */
  uploads?: true
}
/** Class → input → choice. */
export type StoredFileChoices = ReadonlyMap<string, ReadonlyMap<string, StoredFileChoice>>

/** Of one host. Some 10,000 names: what is beyond is not known to others than the host's own workers. */
const MOST_BYTES = 512 * 1024
/** Of them, for saying which list is of which input. */
const MOST_BYTES_OF_INPUTS = 128 * 1024

const textSchema = z.object({
  names: z.array(z.string()),
  /** Where runs of the names begin, and how long each is. */
  lists: z.array(z.array(z.int().nonnegative())),
  /** Class, then of each input: name, number of its list, 1 when it is strict, 2 when it is so and of uploads. */
  classes: z.array(
    z.tuple([
      z.string(),
      z.array(z.tuple([z.string(), z.int().nonnegative(), z.literal([0, 1, 2])])),
    ]),
  ),
})

/** Lists that there is no room for are left out, the longest first: then nobody can say what is not on them. */
export function writeFileLists(choices: StoredFileChoices): string {
  const names = new Map<string, number>()
  const lists: number[][] = []
  const numbers = new Map<ReadonlySet<string>, number>()
  let room = MOST_BYTES - MOST_BYTES_OF_INPUTS
  for (const list of distinctLists(choices)) {
    const fresh = [...list].filter((name) => !names.has(name))
    const known = [...list].flatMap((name) => names.get(name) ?? [])
    const added = fresh.map((_, at) => names.size + at)
    const runs = toRuns([...known, ...added])
    room -= bytesOf(fresh) + bytesOf(runs)
    if (room < 0) break
    for (const name of fresh) names.set(name, names.size)
    numbers.set(list, lists.push(runs) - 1)
  }
  return JSON.stringify({
    names: [...names.keys()],
    lists,
    classes: toInputs(choices, numbers),
  } satisfies z.input<typeof textSchema>)
}

/** @throws when it is no such text */
export function readFileLists(json: string): StoredFileChoices {
  const { names, lists, classes } = textSchema.parse(JSON.parse(json))
  const sets = lists.map((runs) => new Set(fromRuns(runs, names)))
  return new Map(
    classes.map(([name, inputs]) => [
      name,
      new Map(
        inputs.map(([input, list, kind]) => [
          input,
          {
            names: sets[list] ?? new Set<string>(),
            strict: kind > 0,
            ...(kind === 2 && { uploads: true as const }),
          },
        ]),
      ),
    ]),
  )
}

/** The shortest first. */
function distinctLists(choices: StoredFileChoices): ReadonlySet<string>[] {
  const all = [...choices.values()].flatMap((inputs) => [...inputs.values()])
  return [...new Set(all.map(({ names }) => names))].sort((one, other) => one.size - other.size)
}

type Inputs = z.input<typeof textSchema>['classes']

function toInputs(
  choices: StoredFileChoices,
  numbers: ReadonlyMap<ReadonlySet<string>, number>,
): Inputs {
  const classes: Inputs = []
  let room = MOST_BYTES_OF_INPUTS
  for (const [name, inputs] of choices) {
    const kept: Inputs[number][1] = []
    for (const [input, { names, strict, uploads }] of inputs) {
      const list = numbers.get(names)
      if (list !== undefined) kept.push([input, list, toKind(strict, uploads)])
    }
    if (kept.length === 0) continue
    room -= bytesOf([name, kept])
    if (room < 0) break
    classes.push([name, kept])
  }
  return classes
}

function toKind(strict: boolean, uploads: true | undefined): 0 | 1 | 2 {
  if (uploads) return 2
  return strict ? 1 : 0
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

function toRuns(numbers: readonly number[]): number[] {
  const runs: number[] = []
  let next = -1
  for (const number of numbers.toSorted((one, other) => one - other)) {
    if (number === next) runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1
    else runs.push(number, 1)
    next = number + 1
  }
  return runs
}

function fromRuns(runs: readonly number[], names: readonly string[]): string[] {
  return runs.flatMap((start, at) =>
    at % 2 === 0 ? names.slice(start, start + (runs[at + 1] ?? 0)) : [],
  )
}
