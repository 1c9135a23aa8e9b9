/** Which model files a workflow loads, as far as its nodes say so. */
import type { Workflow } from '@safelight/shared'

/** As loaders name their inputs: `ckpt_name`, `clip_name2`, `control_net_name`, `lora_name_1`; newer nodes by groups: `source.ckpt_name`. */
const NAMES_MODEL =
  /^(?:[\w.]+[_.])?(?:ckpt|unet|diffusion|model|lora|vae|clip|net|encoder|hypernetwork|gligen)_name_?\d*$/
/** Elsewhere the same inputs hold `None`, `Baked VAE` or what a remote service calls its model. */
const IS_FILE = /\.[a-z][a-z0-9]{1,11}$/i

/** Whether an input is called as those of loaders are. */
export function isNamedAsModel(input: string): boolean {
  return input.length <= LONGEST_NAME && NAMES_MODEL.test(input)
}

/** A workflow is anybody's text: what comes of it is shown in lists and must stay small. */
const MOST_MODELS = 32
const LONGEST_NAME = 255

/** Whether an input is one of a loader, and holds a file. */
export function namesModelFile(input: string, value: unknown): value is string {
  if (typeof value !== 'string' || value.length > LONGEST_NAME) return false
  return isNamedAsModel(input) && IS_FILE.test(value)
}

/** @returns file names as the host lists them, folders included; each once, in the order of the graph */
export function modelsOf(workflow: Workflow): string[] {
  const found = new Set<string>()
  for (const { inputs } of Object.values(workflow)) {
    for (const [name, value] of Object.entries(inputs)) {
      if (namesModelFile(name, value)) found.add(value)
      if (found.size === MOST_MODELS) return [...found]
    }
  }
  return [...found]
}
