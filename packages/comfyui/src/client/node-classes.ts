/**
 * What /object_info says of node classes, cut down to what checks, forms and progress need.
 *
 * A list of files is not kept here: files come and go while a host runs, see file-choices.ts.
 */
import { isJsonObject, jsonObjectSchema } from '@safelight/shared'
import { z } from 'zod'
import { isFileChoice, isOwnModule, type ReadingOptions } from './file-choices.ts'
import type { NodeClass, NodeClasses, NodeInput, NodeInputValue } from './types.ts'

const TEXT_MAX = 200
/** Of one class; what has more was made to harm. */
const INPUTS_MAX = 1_000
const VALUES_MAX = 20_000

const nodeClassSchema = z.looseObject({
  output_node: z.boolean().catch(false),
  output: z.array(z.unknown()).catch([]),
  input: z
    .looseObject({ required: jsonObjectSchema.catch({}), optional: jsonObjectSchema.catch({}) })
    .catch({ required: {}, optional: {} }),
})

/** A class of another shape (custom nodes write these) is left out, not the whole list. */
export function parseNodeClasses(answer: unknown, options: ReadingOptions): NodeClasses | null {
  if (!isJsonObject(answer)) return null
  const pool = createPool()
  const classes = Object.entries(answer).flatMap(([name, info]) => {
    const parsed = nodeClassSchema.safeParse(info)
    return parsed.success ? [[name, toNodeClass(name, parsed.data, { ...options, pool })]] : []
  })
  // not one by one: a class, too, may be called `__proto__`
  return Object.fromEntries(classes)
}

interface Context extends ReadingOptions {
  pool: Pool
}

function toNodeClass(
  name: string,
  info: z.output<typeof nodeClassSchema>,
  context: Context,
): NodeClass {
  const isOwn = isOwnModule(info['python_module'])
  const { required, optional } = info.input
  // what is declared twice is looked up in `required` first
  const names = [...new Set([...Object.keys(required), ...Object.keys(optional)])]
  const inputs = names.slice(0, INPUTS_MAX).flatMap((input) => {
    const isRequired = Object.hasOwn(required, input)
    const spec = isRequired ? required[input] : optional[input]
    const read = toInput({ input, spec, required: isRequired, isOwn }, context)
    return read ? [[input, read] as const] : []
  })
  const title = toText(info['display_name'])
  const category = toText(info['category'])
  return {
    output: info.output_node,
    outputs: info.output.length,
    required: Object.keys(required),
    own: isOwn,
    types: info.output.map((type) => (typeof type === 'string' ? type.slice(0, TEXT_MAX) : null)),
    inputs: Object.fromEntries(inputs),
    ...(title !== null && title !== name && { title }),
    ...(category !== null && { category }),
  }
}

interface DeclaredInput {
  input: string
  spec: unknown
  required: boolean
  isOwn: boolean
}

function toInput(declared: DeclaredInput, context: Context): NodeInput | null {
  const { spec, required, isOwn } = declared
  if (!Array.isArray(spec)) return null
  const [type, given]: unknown[] = spec
  const options = isJsonObject(given) ? given : {}
  const isList = Array.isArray(type)
  if (!isList && typeof type !== 'string') return null
  const media = toMedia(options)
  const shape: NodeInput = {
    type: isList ? 'COMBO' : type.slice(0, TEXT_MAX),
    required,
    ...toRange(options),
    ...toDefault(options['default']),
    ...(options['multiline'] === true && { multiline: true }),
    ...(options['multiselect'] === true && { multiselect: true }),
    ...(media !== null && { media }),
  }
  const listed = isList ? type : type === 'COMBO' ? options['options'] : null
  if (media !== null) return { ...shape, files: 'uploads' }
  if (!Array.isArray(listed)) return shape
  if (isFileChoice(declared.input, spec)) return { ...shape, files: 'models' }
  const values = listed.filter(isValue)
  // what else is on the list, or comes to it while the host runs, is not for others to judge
  const isWhole = values.length === listed.length && values.length <= VALUES_MAX
  const compares = isList || context.checksCombos
  const isStrict = isOwn && compares && isWhole && isFixed(declared.input, values, options)
  return {
    ...shape,
    values: context.pool(values.slice(0, VALUES_MAX)),
    ...(isStrict && { strict: true }),
  }
}

/** Lists of what only the page fetches from somewhere else, or what is on a disk: they change. */
const ON_DISK =
  /(?:^|_)(?:folder|file|path|dir|directory|images?|latent|audio|video|dataset|mesh|lora|model|ckpt|checkpoint|embedding|config)(?:_name)?\d*$/i
const IS_FILE = /\.[a-z][a-z0-9]{1,11}$/i

function isFixed(
  input: string,
  values: readonly NodeInputValue[],
  options: Record<string, unknown>,
): boolean {
  if (values.length === 0 || ON_DISK.test(input)) return false
  if (Object.keys(options).some((option) => option.startsWith('remote') && options[option]))
    return false
  return !values.some((value) => typeof value === 'string' && IS_FILE.test(value))
}

const MEDIA = [
  ['image_upload', 'image'],
  ['image_folder', 'image'],
  ['animated_image_upload', 'image'],
  ['video_upload', 'video'],
  ['audio_upload', 'audio'],
  ['file_upload', 'file'],
] as const

function toMedia(options: Record<string, unknown>): NonNullable<NodeInput['media']> | null {
  const known = MEDIA.find(([option]) => options[option])
  if (known) return known[1]
  const isUpload = Object.keys(options).some(
    (option) => /_(?:upload|folder)$/.test(option) && options[option],
  )
  return isUpload ? 'file' : null
}

function toRange(options: Record<string, unknown>): Pick<NodeInput, 'min' | 'max' | 'step'> {
  const numbers = (['min', 'max', 'step'] as const).flatMap((name) => {
    const value = options[name]
    return typeof value === 'number' && Number.isFinite(value) ? [[name, value] as const] : []
  })
  return Object.fromEntries(numbers)
}

function toDefault(value: unknown): Pick<NodeInput, 'default'> {
  if (!isValue(value)) return {}
  return typeof value === 'string' && value.length > TEXT_MAX * 10 ? {} : { default: value }
}

function isValue(value: unknown): value is NodeInputValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function toText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, TEXT_MAX) : null
}

type Pool = (values: NodeInputValue[]) => readonly NodeInputValue[]

/** Lists that are the same become one: samplers stand in dozens of classes. */
function createPool(): Pool {
  const known = new Map<string, readonly NodeInputValue[]>()
  return (values) => {
    const key = JSON.stringify(values)
    const list = known.get(key) ?? values
    known.set(key, list)
    return list
  }
}
