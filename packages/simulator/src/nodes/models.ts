/** The model files this host pretends to hold. */

export const CHECKPOINTS = [
  'flux1-dev-fp8.safetensors',
  'sd_xl_base_1.0.safetensors',
  'tiny_ckpt_full.safetensors',
  'tiny_ckpt_stubclip.safetensors',
  'v1-5-pruned-emaonly.safetensors',
]

export const LORAS = ['film-grain.safetensors', 'ink-wash.safetensors', 'soft-light.safetensors']

/** Where a folder of models would lie on the host. */
export function modelFolderPath(name: string): string {
  return `/opt/ComfyUI/models/${name}`
}

export const MODEL_FOLDERS: Readonly<Record<string, readonly string[]>> = {
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
