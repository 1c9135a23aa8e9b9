/** Field schemas for settings. All read text, as the environment has it; defaults are written as text too (`.prefault`). */
import { z } from 'zod'
import { isRedisUrl } from './redis-url.ts'

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const UNIT_BYTES = { b: 1, kb: 1_024, mb: 1_024 ** 2, gb: 1_024 ** 3 } as const

/** `250ms`, `30s`, `5m`, `24h`, `7d`, or a plain number of milliseconds → ms. */
export function duration() {
  return z
    .string()
    .regex(/^\d+(\.\d+)?(ms|s|m|h|d)?$/, 'must be a duration such as 500ms, 30s, 5m, 24h')
    .transform((text) => withUnit(text, UNIT_MS, 'ms'))
}

/** A duration, or `never` → null. */
export function durationOrNever() {
  return z.union([z.literal('never').transform(() => null), duration()], {
    error: 'must be a duration such as 12h, 30d, or never',
  })
}

/** `64kb`, `20mb`, `2gb`, or a plain number of bytes → bytes. */
export function byteSize() {
  return z
    .string()
    .regex(/^\d+(\.\d+)?(b|kb|mb|gb)?$/i, 'must be a size such as 512kb, 20mb, 2gb')
    .transform((text) => withUnit(text.toLowerCase(), UNIT_BYTES, 'b'))
}

function withUnit<Unit extends string>(
  text: string,
  units: Readonly<Record<Unit, number>>,
  plain: NoInfer<Unit>,
): number {
  const unit = text.replace(/^[\d.]+/, '') || plain
  const factor = Object.entries<number>(units).find(([name]) => name === unit)?.[1] ?? 1
  return Math.round(Number.parseFloat(text) * factor)
}

/** A TCP port; 0 lets the system choose. */
export function port() {
  return wholeNumber({ min: 0, max: 65_535 })
}

export function wholeNumber({ min, max }: { min: number; max: number }) {
  const message = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^-?\d+$/, message)
    .transform(Number)
    .refine((number) => number >= min && number <= max, message)
}

/** `true`/`false`, `1`/`0`, `yes`/`no`, `on`/`off`. */
export function flag() {
  return z
    .string()
    .regex(/^(true|false|1|0|yes|no|on|off)$/i, 'must be true or false')
    .transform((text) => /^(true|1|yes|on)$/i.test(text))
}

/** `a, b` → its entries, without empty ones. */
export function list() {
  return z.string().transform((text) => text.split(',').flatMap((entry) => entry.trim() || []))
}

/** `http://a:8188, https://b` → urls without a trailing slash, each once. */
export function urlList() {
  return z
    .string()
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .refine(
      (urls) => urls.every((url) => hasProtocol(url, ['http:', 'https:'])),
      'must be http:// or https:// urls, separated by commas',
    )
    .transform((urls) => [...new Set(urls.map((url) => url.replace(/\/+$/, '')))])
}

export function httpUrl() {
  return z
    .string()
    .refine((url) => hasProtocol(url, ['http:', 'https:']), 'must be an http:// or https:// url')
}

/** 32 bytes as base64 (43 digits and a `=`, or base64url) or as 64 hexadecimal digits. */
export function secretKey() {
  return z
    .string()
    .regex(/^(?:[0-9a-f]{64}|[\w+/-]{43}=?)$/i, 'must be 32 bytes as base64 or hex')
    .transform((text) => Buffer.from(text, text.length === 64 ? 'hex' : 'base64'))
}

/** It travels in a header. */
export function bearerToken() {
  return z
    .string()
    .regex(/^[\x21-\x7e]{8,}$/, 'must be at least 8 visible ASCII characters, no spaces')
}

/** `redis://…` or `rediss://…` (TLS), or with Sentinels: see redis-url.ts. */
export function redisUrl() {
  return z
    .string()
    .refine(
      isRedisUrl,
      'must be a redis:// or rediss:// url, or redis+sentinel://host:26379,host:26379/name-of-the-primary',
    )
}

function hasProtocol(url: string, protocols: readonly string[]): boolean {
  return URL.canParse(url) && protocols.includes(new URL(url).protocol)
}

/** Any part of a set of durations, at any depth. */
export type Partly<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Name in keyof T]?: Partly<T[Name]> }
    : T

/** A JSON object, checked by a schema; for durations, `{"lockMs": 500}`. What is wrong is said with the path to it. */
export function timings<Schema extends z.ZodType>(schema: Schema) {
  return z.string().transform((text, context): z.output<Schema> => {
    const result = jsonText.pipe(schema).safeParse(text)
    if (result.success) return result.data
    for (const { path, message } of result.error.issues) {
      context.addIssue([...path.map(String), message].join(': '))
    }
    return z.NEVER
  })
}

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue('must be JSON')
    return z.NEVER
  }
})

/** The schema of any part of these durations: their names and no others; numbers, and lists of them where one is. */
export function toTimingsSchema<T extends object>(defaults: T): z.ZodType<Partly<T>> {
  // its shape is that of the defaults
  return toSchema(defaults) as z.ZodType<Partly<T>>
}

function toSchema(value: unknown): z.ZodType {
  if (Array.isArray(value)) return z.array(z.number().nonnegative())
  if (typeof value !== 'object' || value === null) return z.number().nonnegative()
  const fields = Object.entries(value).map(([name, inner]) => [name, toSchema(inner).optional()])
  return z.strictObject(Object.fromEntries(fields))
}
