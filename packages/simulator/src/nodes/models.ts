/** The model files this host pretends to hold. */

const CHECKPOINTS = [
  'flux1-dev-fp8.safetensors',
  'sd_xl_base_1.0.safetensors',
  'tiny_ckpt_full.safetensors',
  'tiny_ckpt_stubclip.safetensors',
  'v1-5-pruned-emaonly.safetensors',
]

const LORAS = ['film-grain.safetensors', 'ink-wash.safetensors', 'soft-light.safetensors']

/** Where a folder of models would lie on the host. */
export function modelFolderPath(name: string): string {
  return `/opt/ComfyUI/models/${name}`
}

const MODEL_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  checkpoints: CHECKPOINTS,
  configs: [],
  loras: LORAS,
  vae: [],
  text_encoders: [],
  diffusion_models: [],
  clip_vision: [],
  style_models: [],
  embeddings: [],
  diffusers: [],
  vae_approx: [],
  controlnet: [],
  gligen: [],
  upscale_models: [],
  custom_nodes: [],
  hypernetworks: [],
  photomaker: [],
  classifiers: [],
}

/** The model files of one host: those above, until they are replaced, or come and go while it runs. */
export interface ModelFiles {
  folders(): string[]
  /** Undefined when there is no such folder. */
  in(folder: string): readonly string[] | undefined
  add(folder: string, name: string): void
  remove(folder: string, name: string): void
}

export class FolderUnknown extends Error {
  constructor(folder: string) {
    super(`no folder of models: ${folder}`)
    this.name = 'FolderUnknown'
  }
}

/** @param own folder → files, in place of the usual ones */
export function createModelFiles(
  own: Readonly<Record<string, readonly string[]>> = {},
): ModelFiles {
  const folders = new Map(Object.entries(MODEL_FOLDERS))
  function change(folder: string, names: (before: readonly string[]) => readonly string[]): void {
    const before = folders.get(folder)
    if (!before) throw new FolderUnknown(folder)
    folders.set(folder, names(before).toSorted())
  }
  for (const [folder, names] of Object.entries(own)) change(folder, () => names)
  return {
    folders: () => [...folders.keys()],
    in: (folder) => folders.get(folder),
    add: (folder, name) => change(folder, (before) => [...new Set([...before, name])]),
    remove: (folder, name) => change(folder, (before) => before.filter((file) => file !== name)),
  }
}
