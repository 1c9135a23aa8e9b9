/** A host as a value: what it is called, where it is, what it is for. Parsed from settings and hosts files. */
import { type HostAddress, toHostAddress } from '@safelight/comfyui'
import { z } from 'zod'
import { hostIdOf } from './host-id.ts'

/** Secrets are inside of the address' functions: the rest may be shown. */
export interface HostValue {
  readonly hostId: string
  readonly address: HostAddress
  readonly labels: readonly string[]
  /** Prompts it may hold at a time. */
  readonly slots: number
}

const MAX_LABELS = 16
const MAX_HEADERS = 32
const MAX_HEADER_LENGTH = 8_192

const NAME = /^[A-Za-z0-9._-]{1,64}$/
const IN_WORDS = 'must be 1 to 64 letters, digits, ., _ and -'

/** What a call says of itself; ComfyUI answers 403 to an Origin of others. */
const OWN_HEADERS =
  /^(?:host|origin|connection|keep-alive|upgrade|expect|te|trailer|transfer-encoding|content-.*|sec-.*|proxy-connection)$/

const headersSchema = z
  .record(
    z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/, 'is no name of a header')
      .refine(
        (name) => !OWN_HEADERS.test(name.toLowerCase()),
        'is a header that each call sets itself',
      ),
    z
      .string()
      .max(MAX_HEADER_LENGTH)
      .regex(/^[\t\x20-\x7e]+$/, 'must be a line of ASCII'),
  )
  .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `at most ${MAX_HEADERS} headers`)
  .refine((headers) => {
    const names = Object.keys(headers).map((name) => name.toLowerCase())
    return new Set(names).size === names.length
  }, 'has a header twice')
  .transform((headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  )

const urlSchema = z.string().superRefine((text, context) => {
  const problem = findUrlProblem(text)
  if (problem) context.addIssue(problem)
})

/** Closed: a misspelt field is named, not ignored. */
export const hostSchema = z
  .strictObject({
    name: z
      .string()
      .regex(NAME, IN_WORDS)
      // it is part of paths
      .refine((name) => !/^\.\.?$/.test(name), 'must not be . or ..')
      .optional(),
    url: urlSchema,
    labels: z.array(z.string().regex(NAME, IN_WORDS)).max(MAX_LABELS).default([]),
    slots: z.int().min(1).max(16).optional(),
    headers: headersSchema.default({}),
  })
  .refine(({ url, headers }) => !(hasCredentials(url) && 'authorization' in headers), {
    message: 'user:password in the url and an authorization header: only one can be sent',
    path: ['headers'],
  })

/** Each host known by one name and one address. @returns what is wrong, or null */
export function findTwins(hosts: readonly z.output<typeof hostSchema>[]): string | null {
  const ids = new Set<string>()
  const addresses = new Set<string>()
  for (const host of hosts) {
    const { hostId, address } = toHostValue(host, 1)
    if (ids.has(hostId)) return `two hosts have the id ${hostId}: give one a name of its own`
    ids.add(hostId)
    const { url } = address.call('')
    if (addresses.has(url)) return `${hostId} has the url of another host`
    addresses.add(url)
  }
  return null
}

/** @param slots of a host that does not say how many it has */
export function toHostValue(host: z.output<typeof hostSchema>, slots: number): HostValue {
  const { name, url, labels, headers } = host
  return {
    hostId: name ?? hostIdOf(new URL(url)),
    address: toHostAddress(url, headers),
    labels: [...new Set(labels)].sort(),
    slots: host.slots ?? slots,
  }
}

/** Without the url: it may hold a password. */
function findUrlProblem(text: string): string | null {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return 'must be an http:// or https:// url'
  if (new URL(text).hash !== '') return 'must not have a # in it: nothing after it is ever sent'
  try {
    toHostAddress(text)
    return null
  } catch {
    return 'has a user or password that is not percent-encoded'
  }
}

function hasCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username !== '' || password !== ''
}
