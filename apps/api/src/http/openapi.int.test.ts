import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readContract } from '../testing/contract.ts'
import { shareStack, type ApiStack } from '../testing/api-stack.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

const documentSchema = z.looseObject({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({ operationId: z.string(), responses: z.record(z.string(), z.unknown()) }),
    ),
  ),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
})

async function readDocument() {
  const response = await fetch(`${stack.api.url}/openapi.json`)
  return documentSchema.parse(await response.json())
}

/** What only clouds answer. */
const OF_CLOUDS = ['302', '402', '403', '501']

describe('/openapi.json', () => {
  it('is a 3.1 document whose references all lead somewhere', async () => {
    const document = await readDocument()
    expect(document.openapi).toBe('3.1.0')
    const references = JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)
    const names = [...references].map(([, name]) => name)
    expect(names).toContain('Job')
    for (const name of names) expect(document.components.schemas).toHaveProperty(name ?? '')
  })

  it('tells of owners, pools and priorities wherever they are asked for or shown', async () => {
    const { paths, components } = await readDocument()
    const place = { owner: {}, pool: {}, priority: {} }
    expect(components.schemas['SubmitRequest']).toMatchObject({ properties: place })
    expect(components.schemas['Job']).toMatchObject({
      properties: { ...place, queue_position: {}, eta_ms: {} },
    })
    expect(components.schemas['StatusEvent']).toMatchObject({ properties: { eta_ms: {} } })
    expect(components.schemas['NativePosition']).toMatchObject({ properties: { etaMs: {} } })
    expect(components.schemas['PatchRequest']).toMatchObject({ properties: { priority: {} } })
    expect(paths['/api/v2/jobs/{id}']?.['patch']?.operationId).toBe('patchJob')
    for (const method of ['get', 'delete'])
      expect(paths['/api/v2/jobs']?.[method]?.['parameters']).toContainEqual(
        expect.objectContaining({ in: 'query', name: 'owner' }),
      )
  })

  it('gives every schema one name, and answers room to grow', async () => {
    const { components } = await readDocument()
    const names = Object.keys(components.schemas)
    expect(names).toEqual(
      expect.arrayContaining(['Output', 'JobError', 'StatusEvent', 'DeadLetter']),
    )
    expect(names.filter((name) => /(Input|Output)Output$|.Output$|^__schema/.test(name))).toEqual(
      [],
    )
    expect(components.schemas['Job']).not.toHaveProperty('additionalProperties')
    expect(components.schemas['SubmitRequest']).toMatchObject({ additionalProperties: false })
  })

  it('has every operation of the contract under its name and with its answers', async () => {
    const { paths } = await readDocument()
    const { operations } = readContract()
    for (const [name, { method, path, statuses }] of Object.entries(operations)) {
      const ours = paths[path]?.[method]
      expect(ours?.operationId).toBe(name)
      // nothing we answer may be missing in a client made from the contract, but for rate limits
      const theirs = statuses.filter((status) => !OF_CLOUDS.includes(status) && status !== '429')
      expect(Object.keys(ours?.responses ?? {})).toEqual(expect.arrayContaining(theirs))
    }
  })

  it('has only routes that answer', async () => {
    const { paths } = await readDocument()
    for (const [path, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) {
        const url = `${stack.api.url}${path.replace('{id}', 'some-id')}`
        const response = await fetch(url, { method: method.toUpperCase() })
        await response.body?.cancel()
        expect([200, 400, 404, 422]).toContain(response.status)
      }
    }
  })
})

describe('/docs', () => {
  it('shows every operation and every schema, and loads nothing', async () => {
    const response = await fetch(`${stack.api.url}/docs`)
    const page = await response.text()
    expect(response.headers.get('content-type')).toContain('text/html')
    const { paths, components } = await readDocument()
    expect(page).toContain('<h2>Dead letters</h2>')
    for (const path of Object.keys(paths)) expect(page).toContain(path)
    for (const name of Object.keys(components.schemas)) expect(page).toContain(`schema-${name}"`)
    expect(page).not.toMatch(/<script|<link|src=|@import|url\(/)
  })
})
