/**
 * Requests made up from the API's own description and from the contract's. Whatever is asked: an answer that is described,
 * never a 500, and a server that goes on. More of them with SAFELIGHT_FUZZ=20000.
 */
import { randomUUID } from 'node:crypto'
import { API_ERRORS, errorEnvelopeSchema, isApiErrorCode } from '@safelight/shared'
import { readTestConfig } from '@safelight/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { type ApiStack, shareStack } from './testing/api-stack.ts'
import { arbitraryRequest, type Described, type MadeUp } from './testing/arbitrary-requests.ts'
import { readContract } from './testing/contract.ts'
import { submitJob } from './testing/http.ts'
import { DEAD, FAILED, RUNNING, smallJob } from './testing/play-worker.ts'
import { upload } from './testing/uploads.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared), {
  settings: { MAX_QUEUE_DEPTH: '1000000' },
  timings: { holdMs: 20 },
})

const schemaOf = z.record(z.string(), z.unknown())
const contentSchema = z.record(z.string(), z.object({ schema: schemaOf.default({}) })).default({})
const operationSchema = z.object({
  operationId: z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: schemaOf })).default([]),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(z.string(), z.object({ content: contentSchema })),
})
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), schemaOf) }),
})

/** What no operation says of itself, because it is refused before any is found. */
const BEFORE = ['bad path', 400, 403, 404, 405, 413, 421]
/** Longer than any answer takes that is not held. */
const PATIENCE_MS = 10_000
const TIME_MS = 4_000
const HOUR_MS = 3_600_000

async function readOurs() {
  const { paths, components } = documentSchema.parse(
    await (await fetch(`${stack.api.url}/openapi.json`)).json(),
  )
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  const described: Described[] = []
  const answers = new Map<string, Map<number, (body: unknown) => string | null>>()
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { operationId, parameters, requestBody, responses }] of Object.entries(
      methods,
    )) {
      const shared = { operationId, method, path, parameters, definitions: components.schemas }
      const bodies = Object.entries(requestBody?.content ?? {})
      for (const [contentType, { schema }] of bodies)
        described.push({ ...shared, requestBody: { contentType, schema } })
      if (bodies.length === 0) described.push(shared)
      const checks = Object.entries(responses).map(([status, { content }]) => {
        const schema = content['application/json']?.schema
        const validate = schema && ajv.compile({ ...schema, components })
        const check = (body: unknown) =>
          !validate || validate(body) ? null : ajv.errorsText(validate.errors)
        return [Number(status), check] as const
      })
      answers.set(operationId, new Map(checks))
    }
  }
  return { described, answers }
}

function readTheirs(): Described[] {
  const { schemas, operations } = readContract()
  return Object.entries(operations).map(([operationId, operation]) => ({
    ...operation,
    operationId,
    definitions: schemas,
  }))
}

async function openThings() {
  const [ended, failed, dead, waiting] = await Promise.all(
    [1, 2, 3, 4].map(async () => (await submitJob(stack.api.url)).id),
  )
  for (const body of smallJob(randomUUID())) await stack.append(ended ?? '', body)
  for (const body of [RUNNING, FAILED]) await stack.append(failed ?? '', body)
  for (const body of [RUNNING, DEAD]) await stack.append(dead ?? '', body)
  const jobs = [ended, failed, dead, waiting].map(String)
  const { id, hash } = await upload(stack.api.url)
  return { jobs, 'dead-letters': jobs, assets: [id], 'by-hash': [String(hash)], hosts: ['gpu-1'] }
}

function toBody({ body }: MadeUp): RequestInit {
  if (body.kind === 'none') return {}
  if (body.kind === 'text') return { body: body.text }
  const form = new FormData()
  for (const [name, value] of body.parts) {
    if (name === 'file') form.append(name, new Blob([value]), 'x.png')
    else form.append(name, value)
  }
  return { body: form }
}

/** Null when it may have been answered so. */
function complain(response: Response, text: string, check?: (body: unknown) => string | null) {
  const { status } = response
  if (status >= 500) return 'trouble of ours'
  if (!check && !BEFORE.includes(status)) return 'an answer that is not described'
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  if (text === '') return null
  if (status < 400) return isJson && check ? check(JSON.parse(text)) : null
  const parsed = isJson ? errorEnvelopeSchema.safeParse(JSON.parse(text)) : null
  if (!parsed?.success) return 'a refusal without its envelope'
  const { code } = parsed.data.error
  return isApiErrorCode(code) && API_ERRORS[code] === status ? null : `no such code: ${code}`
}

const requests = readTestConfig().fuzzRequests
const isLong = requests > 2_000

it(
  'answers whatever is asked as it says, and lives',
  async () => {
    const { described, answers } = await readOurs()
    const ids = await openThings()
    const operations = [...described, ...readTheirs()]
    const seen = new Map<string, Set<number>>()
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(...operations.map((operation) => arbitraryRequest(operation, ids))),
        async (made) => {
          const { operationId, method, path, headers, body } = made
          const call = new AbortController()
          const response = await fetch(`${stack.api.url}${path}`, {
            method,
            headers:
              body.kind === 'text' ? [['content-type', 'application/json'], ...headers] : headers,
            ...toBody(made),
            redirect: 'manual',
            signal: AbortSignal.any([call.signal, AbortSignal.timeout(PATIENCE_MS)]),
          })
          const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
          const text = isStream ? '' : await response.text()
          call.abort()
          const { status } = response
          seen.set(operationId, (seen.get(operationId) ?? new Set()).add(status))
          const complaint = complain(response, text, answers.get(operationId)?.get(status))
          if (complaint !== null) throw new Error(`${complaint}: ${status} ${text.slice(0, 500)}`)
        },
      ),
      {
        numRuns: requests,
        interruptAfterTimeLimit: isLong ? HOUR_MS : TIME_MS,
      },
    )
    // it was no fuzz if nothing got through, or nothing was refused
    const statuses = [...seen.values()].flatMap((each) => [...each])
    expect(Math.min(...statuses)).toBeLessThan(300)
    expect(Math.max(...statuses)).toBeGreaterThan(400)
    expect((await submitJob(stack.api.url)).status).toBe('queued')
  },
  isLong ? HOUR_MS : undefined,
)
