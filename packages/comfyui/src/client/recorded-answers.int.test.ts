import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { PromptRejected } from '../errors.ts'
import { type HttpLine, parseTrace } from '@safelight/traces'
import { SLOW_WORKFLOW } from '../testing/session.ts'
import { withHost } from '../testing/with-host.ts'
import { createHostClient } from './create-host-client.ts'

/** Answers that real hosts gave to one kind of call, from every trace. */
function recorded(method: string, path: RegExp): HttpLine[] {
  const traces = new URL('../../../../traces/', import.meta.url)
  return readdirSync(traces, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => parseTrace(readFileSync(new URL(name, traces), 'utf8')).lines)
    .filter((line) => line.ch === 'http')
    .filter((line) => line.method === method && path.test(line.path))
}

/** A client of a host that gives each recorded answer in turn. */
async function replaying(lines: HttpLine[]) {
  const host = await withHost()
  const left = [...lines]
  host.intercept = (request, response) => {
    if (request.path === '/system_stats' && lines[0]?.path !== '/system_stats') return false
    const line = left.shift()
    const { response: body } = line ?? {}
    response.writeHead(line?.status ?? 500)
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
    return true
  }
  return createHostClient(host.url)
}

it('reads every answer to a submit that real hosts gave', async () => {
  const lines = recorded('POST', /^\/prompt$/)
  expect(lines.length).toBeGreaterThan(100)
  const client = await replaying(lines)
  const outcomes = { 200: 0, 400: 0, 500: 0 }
  for (const _ of lines) {
    const promptId = randomUUID()
    try {
      const answer = await client.submit({ workflow: SLOW_WORKFLOW, clientId: promptId, promptId })
      outcomes[200] += answer.promptId === '' ? 0 : 1
    } catch (error) {
      if (error instanceof PromptRejected) outcomes[400] += 1
      else if (error instanceof Error && 'status' in error && error.status === 500)
        outcomes[500] += 1
      if (JSON.stringify(error).includes('"traceback"')) throw error
    }
  }
  const count = (status: number) => lines.filter((line) => line.status === status).length
  expect(outcomes).toEqual({ 200: count(200), 400: count(400), 500: count(500) })
  expect(outcomes[200] + outcomes[400] + outcomes[500]).toBe(lines.length)
})

it('finds our mark in every queue that real hosts showed', async () => {
  const lines = recorded('GET', /^\/queue$/)
  const client = await replaying(lines)
  const items = []
  for (const _ of lines) {
    const { running, pending } = await client.queue()
    items.push(...running, ...pending)
  }
  expect(items.length).toBeGreaterThan(10)
  expect(items.filter((item) => item.clientId === null || item.outputNodes.length === 0)).toEqual(
    [],
  )
})

it('reads every history entry that real hosts showed', async () => {
  const lines = recorded('GET', /^\/history\/./)
  expect(lines.length).toBeGreaterThan(80)
  const client = await replaying(lines)
  for (const line of lines) {
    const promptId = line.path.replace('/history/', '')
    const entry = await client.history(promptId)
    const has = JSON.stringify(line.response) !== '{}'
    expect([promptId, entry?.promptId]).toEqual([promptId, has ? promptId : undefined])
  }
})

it('reads the version and the devices of every recorded host', async () => {
  const lines = recorded('GET', /^\/system_stats$/)
  const client = await replaying(lines)
  const versions = []
  for (const _ of lines) {
    const stats = await client.systemStats()
    expect(stats.devices).toHaveLength(1)
    versions.push(stats.version)
  }
  expect(versions.toSorted()).toEqual(['0.3.34', '0.3.64', '0.33.0'])
})

it('reads the classes of every recorded object_info', async () => {
  const lines = recorded('GET', /^\/object_info\/./)
  const client = await replaying(lines)
  for (const line of lines) {
    const name = line.path.replace('/object_info/', '')
    const { classes } = await client.objectInfo()
    expect(Object.keys(classes)).toEqual([name])
    expect(classes[name]?.output).toBe(name === 'SaveImage')
  }
})
