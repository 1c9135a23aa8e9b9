/** Takes secrets out of anything that is about to be logged. */

export const REDACTED = '[redacted]'

/** Deep enough for what we log; deeper is cut, not trusted. */
const MAX_DEPTH = 6
const SECRET_PARTS = ['authorization', 'cookie', 'token', 'password', 'apikey', 'secret']
// what ComfyUI clients put there are api keys
const SECRET_NAMES = ['extradata', 'passwd', 'pwd']

/** `api_key_comfy_org`, `X-Api-Key` and `apiKey` are the same name. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return SECRET_NAMES.includes(plain) || SECRET_PARTS.some((part) => plain.includes(part))
}

/** `redis://user:pass@host` → `redis://[redacted]@host`, anywhere in a text. */
export function redactUrlCredentials(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/"'<>]*@/gi, `$1${REDACTED}@`)
}

/** A copy without the values of secret names, at any depth. `toPlain` turns errors into plain objects first. */
export function redact(value: unknown, toPlain: (error: Error) => unknown, depth = 0): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Error) return toPlain(value)
  if (value instanceof Date || value instanceof URL) return value
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth === MAX_DEPTH) return '[deeper]'
  if (Array.isArray(value)) return value.map((item) => redact(item, toPlain, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isSecretName(name) ? REDACTED : redact(inner, toPlain, depth + 1),
    ]),
  )
}
