/**
 * Which files a host lists for the inputs of its nodes: what it refuses others for, as `value_not_in_list`.
 *
 * A choice is written in two ways: the list in place of the type (`[["a.safetensors"], {…}]`), or newer
 * `["COMBO", {"options": ["a.safetensors"], …}]`.
 */
import { isJsonObject } from '@safelight/shared'
import { isNamedAsModel } from '../graph/models.ts'

export interface FileChoice {
  names: ReadonlySet<string>
  /** The host refuses every other name for certain. Not so where the class may check its inputs in its own way. */
  strict: boolean
  /** Of what users upload. Such an input takes folders too, and files of other kinds: only plain names are judged. */
  uploads?: true
}

/** Class → input → what the host lists for it. An input that is no choice of model files is absent. */
export type FileChoices = ReadonlyMap<string, ReadonlyMap<string, FileChoice>>

/** As ComfyUI finds models by their names, and what the widespread loaders of custom nodes add. */
const MODEL_FILE = /\.(?:safetensors|sft|ckpt|pt|pt2|pth|bin|pkl|gguf|onnx|engine|trt)$/i

export function isModelFile(name: string): boolean {
  return MODEL_FILE.test(name)
}

/** Lists of what users upload, or of what only the page fetches from somewhere else. */
const NO_MODELS = /^(?:.+_upload|.+_folder|remote|remote_.+)$/

/** Its own classes let none of their model inputs pass by a check of their own; those of custom nodes may. */
const OWN_MODULE = /^(?:nodes|comfy_extras\..+)$/

/** @param module `python_module` of a class, as /object_info has it */
export function isOwnModule(module: unknown): boolean {
  return typeof module === 'string' && OWN_MODULE.test(module)
}

export interface ReadingOptions {
  /** The host compares values with the `options` of a COMBO too, not only with a list in place of the type. */
  checksCombos: boolean
}

/** Lists that are the same become one: a fleet's LoRAs stand in dozens of inputs. */
export function parseFileChoices(answer: unknown, options: ReadingOptions): FileChoices {
  if (!isJsonObject(answer)) return new Map()
  const pool = new Map<string, ReadonlySet<string>>()
  const classes = new Map<string, ReadonlyMap<string, FileChoice>>()
  for (const [className, info] of Object.entries(answer)) {
    if (!isJsonObject(info) || !isJsonObject(info['input'])) continue
    const { required, optional } = info['input']
    const { python_module: module } = info
    const isOwn = isOwnModule(module)
    const inputs = new Map<string, FileChoice>()
    // what is declared twice is looked up in `required` first
    for (const [name, spec] of [...entriesOf(optional), ...entriesOf(required)]) {
      const choice = readChoice(name, spec)
      const uploads = isOwn && !choice ? readUploads(spec) : null
      if (uploads) inputs.set(name, { names: new Set(uploads), strict: true, uploads: true })
      if (!choice) continue
      const key = JSON.stringify(choice.names)
      const names = pool.get(key) ?? new Set(choice.names)
      pool.set(key, names)
      const strict = isOwn && (choice.inPlaceOfType || options.checksCombos)
      inputs.set(name, { names, strict })
    }
    if (inputs.size > 0) classes.set(className, inputs)
  }
  return classes
}

function entriesOf(inputs: unknown): [string, unknown][] {
  return isJsonObject(inputs) ? Object.entries(inputs) : []
}

/** Whether an input is a choice of model files. @param spec as /object_info declares it */
export function isFileChoice(input: string, spec: unknown): boolean {
  return readChoice(input, spec) !== null
}

/** @returns null when it is no choice, or one of something else: samplers, pictures */
function readChoice(
  input: string,
  spec: unknown,
): { names: string[]; inPlaceOfType: boolean } | null {
  if (!Array.isArray(spec)) return null
  const [type, given]: unknown[] = spec
  const options = isJsonObject(given) ? given : {}
  if (Object.keys(options).some((option) => NO_MODELS.test(option) && options[option])) return null
  const listed = type === 'COMBO' ? options['options'] : type
  if (!Array.isArray(listed)) return null
  const names: unknown[] = listed
  // some custom nodes list objects, and compare in their own way
  if (!names.every((name) => typeof name === 'string')) return null
  // an empty list, or one with nothing but `pixel_space`, may be of a folder that is empty here
  const isOfFiles = names.length === 0 || names.some(isModelFile) || isNamedAsModel(input)
  if (!isOfFiles) return null
  return { names, inPlaceOfType: type !== 'COMBO' }
}

/** Pictures of a folder with more are not looked for: their host says whether they are there. */
const MOST_UPLOADS = 5_000

/** @returns null when it is no list of pictures in the folder of inputs, or a long one */
function readUploads(spec: unknown): string[] | null {
  if (!Array.isArray(spec)) return null
  const [type, given]: unknown[] = spec
  const options = isJsonObject(given) ? given : {}
  const { image_upload: isUpload, image_folder: folder, remote } = options
  if (isUpload !== true || remote || (folder !== undefined && folder !== 'input')) return null
  const listed = type === 'COMBO' ? options['options'] : type
  if (!Array.isArray(listed) || listed.length > MOST_UPLOADS) return null
  const names = listed.filter((name) => typeof name === 'string')
  return names.filter((name) => !name.startsWith('safelight-'))
}

/** The name of a file with slashes, as others than Windows write it: either is one file. */
export function toPosixName(name: string): string {
  return name.replaceAll('\\', '/')
}

/** The form in which the host lists a file for an input; null when it does not, undefined when it lists none of its kind there. */
export function listedName(
  choices: FileChoices,
  { className, input, file }: { className: string; input: string; file: string },
): string | null | undefined {
  const choice = choices.get(className)?.get(input)
  if (!choice) return undefined
  if (choice.uploads) return listedUpload(choice.names, file)
  const posix = toPosixName(file)
  return [file, posix, posix.replaceAll('/', '\\')].find((form) => choice.names.has(form)) ?? null
}

/** A picture in the root of its folder, and not one that we put there. */
const PLAIN_PICTURE = /^(?!safelight-)[^/\\[\]:]+\.(?:png|jpe?g|webp|gif|bmp)$/i

function listedUpload(names: ReadonlySet<string>, file: string): string | null | undefined {
  if (names.has(file)) return file
  if (!PLAIN_PICTURE.test(file)) return undefined
  // on some disks both are one file
  const folded = file.toLowerCase()
  return [...names].some((name) => name.toLowerCase() === folded) ? file : null
}

/** What the host says of one input: true or false when it lists files for it, null when it does not. */
export function lists(
  choices: FileChoices,
  need: { className: string; input: string; file: string },
): boolean | null {
  const name = listedName(choices, need)
  return name === undefined ? null : name !== null
}

/** The same host, after it has been asked for these classes alone. A list that is known already is kept once. */
export function withAnew(
  known: FileChoices,
  asked: readonly string[],
  news: FileChoices,
): FileChoices {
  const lists = new Set([...known.values()].flatMap((inputs) => [...inputs.values()].map(namesOf)))
  const merged = new Map(known)
  for (const name of asked) {
    const anew = news.get(name)
    if (!anew) {
      merged.delete(name)
      continue
    }
    const inputs = new Map<string, FileChoice>()
    for (const [input, choice] of anew) {
      const names = [...lists].find((list) => isSameList(list, choice.names)) ?? choice.names
      lists.add(names)
      inputs.set(input, { ...choice, names })
    }
    merged.set(name, inputs)
  }
  return merged
}

function namesOf({ names }: FileChoice): ReadonlySet<string> {
  return names
}

function isSameList(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name))
}

/** Whether these classes list what they listed. */
export function isSameChoices(
  one: FileChoices,
  other: FileChoices,
  classes: readonly string[],
): boolean {
  return classes.every((name) => isSameOfClass(one.get(name), other.get(name)))
}

function isSameOfClass(
  one: ReadonlyMap<string, FileChoice> = new Map(),
  other: ReadonlyMap<string, FileChoice> = new Map(),
): boolean {
  if (one.size !== other.size) return false
  return [...one].every(([input, { names, strict }]) => {
    const there = other.get(input)
    return there?.strict === strict && isSameList(there.names, names)
  })
}
