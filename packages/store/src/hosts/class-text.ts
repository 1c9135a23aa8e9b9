/** Node classes as text that stays small: each list of values once, and nothing that there is no room for. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import {
  type InputValue,
  inputValueSchema,
  nodeClassSchema,
  nodeInputSchema,
  type StoredNodeClass,
  type StoredNodeClasses,
} from '../node-classes.ts'

/** A host with every known pack of custom nodes needs some of it; a bare one a twentieth. */
const MOST_BYTES_OF_LISTS = 1024 * 1024
const MOST_BYTES_OF_INPUTS = 3 * 1024 * 1024

const packedInputSchema = nodeInputSchema
  .omit({ values: true })
  // where its values are
  .extend({ list: z.int().nonnegative().exactOptional() })
type PackedInput = z.infer<typeof packedInputSchema>
const textSchema = z.object({
  lists: z.array(z.array(inputValueSchema)),
  classes: z.array(
    z.tuple([
      z.string(),
      nodeClassSchema,
      /** None: not known. */
      z.array(z.tuple([z.string(), packedInputSchema])).nullable(),
    ]),
  ),
})
type Text = z.infer<typeof textSchema>

/**
 * Without room for all, the longest lists are left out, then the inputs of the last classes: what is not there, nobody
 * judges by.
 */
export function writeNodeClasses(classes: StoredNodeClasses): { text: string; digest: string } {
  const numbers = new Map<string, number>()
  const lists: InputValue[][] = []
  let room = MOST_BYTES_OF_LISTS
  const texts = textsOfLists(classes)
  for (const list of [...new Set(texts.values())].sort((one, other) => one.length - other.length)) {
    room -= Buffer.byteLength(list)
    if (room < 0) break
    numbers.set(list, lists.push(JSON.parse(list)) - 1)
  }
  const numberOf: NumberOf = (values) => numbers.get(texts.get(values) ?? '')
  const text = JSON.stringify({ lists, classes: packAll(classes, numberOf) } satisfies Text)
  return { text, digest: createHash('sha256').update(text).digest('base64url') }
}

/** @throws when it is no such text */
export function readNodeClasses(text: string): StoredNodeClasses {
  const { lists, classes } = textSchema.parse(JSON.parse(text))
  return Object.fromEntries(classes.map((packed) => [packed[0], unpack(packed, lists)]))
}

type Values = readonly InputValue[]
/** Which of the lists it is; undefined for one that there was no room for. */
type NumberOf = (values: Values) => number | undefined

/** As JSON. Most are the same object in many places: each is written once. */
function textsOfLists(classes: StoredNodeClasses): Map<Values, string> {
  const texts = new Map<Values, string>()
  for (const { inputs } of Object.values(classes))
    for (const { values } of Object.values(inputs ?? {}))
      if (values && !texts.has(values)) texts.set(values, JSON.stringify(values))
  return texts
}

function packAll(classes: StoredNodeClasses, numberOf: NumberOf): Text['classes'] {
  let room = MOST_BYTES_OF_INPUTS
  return Object.entries(classes).map(([name, { inputs, ...rest }]) => {
    const packed = Object.entries(inputs ?? {}).map(
      ([input, { values, ...declared }]): [string, PackedInput] => {
        const list = values && numberOf(values)
        return [input, { ...declared, ...(list !== undefined && { list }) }]
      },
    )
    room -= Buffer.byteLength(JSON.stringify(packed))
    return [name, rest, inputs && room >= 0 ? packed : null]
  })
}

function unpack([, rest, packed]: Text['classes'][number], lists: Text['lists']): StoredNodeClass {
  if (packed === null) return rest
  const inputs = packed.map(([input, { list, ...declared }]) => {
    const values = list === undefined ? undefined : lists[list]
    return [input, { ...declared, ...(values && { values }) }] as const
  })
  return { ...rest, inputs: Object.fromEntries(inputs) }
}
