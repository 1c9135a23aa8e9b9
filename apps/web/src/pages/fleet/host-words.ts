/** What a host has, in short words. Pure. */
const GIB = 1024 ** 3

/** `SDXL/sd_xl_base_1.0.safetensors` is `sd_xl_base_1.0` to people. */
export function toModelName(file: string): string {
  const name = file.split(/[\\/]/).at(-1) ?? file
  return name.replace(/\.(safetensors|ckpt|pth?|bin|gguf|sft|onnx)$/i, '')
}

/** `4.8`, `24`; a whole number without its zero. */
export function toGib(bytes: number): string {
  return (bytes / GIB).toFixed(1).replace(/\.0$/, '')
}
