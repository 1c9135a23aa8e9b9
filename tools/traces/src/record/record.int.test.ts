import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createHostClient } from '@safelight/comfyui'
import { startSession, withHost, SLOW_WORKFLOW } from '@safelight/comfyui/testing'
import { replayTrace } from '../replay/replay.ts'
import { openTraceWriter, parseTrace, type Trace } from '../trace-format.ts'
import { parseArguments, ArgumentError } from './arguments.ts'
import { recordPrompt } from './record-prompt.ts'
import { startRecordProxy } from './record-proxy.ts'

function newFile(): { out: string; read: () => Trace } {
  const folder = mkdtempSync(join(tmpdir(), 'trace-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const out = join(folder, 'try.jsonl')
  return { out, read: () => parseTrace(readFileSync(out, 'utf8')) }
}

/** What happened, without when: `POST /prompt 200`, `a text execution_start`, … */
function summarize({ lines }: Trace): string[] {
  return lines.map((line) => {
    if (line.ch === 'http')
      return `${line.method} ${line.path.replace(/[0-9a-f-]{36}/, '{id}')} ${line.status}`
    const type = /"type":\s?"(\w+)"/.exec('text' in line ? line.text : '')?.[1] ?? ''
    return `${line.sock} ${line.ev} ${type}`.trim()
  })
}

const REQUEST = {
  workflow: null,
  scenario: 'try',
  description: 'A try.',
  signal: AbortSignal.timeout(15_000),
}

it('records a prompt so that its replay ends as the prompt did', async () => {
  const host = await withHost()
  const { out, read } = newFile()
  const recording = recordPrompt({ ...REQUEST, host: host.url, out })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  host.finish()
  expect(await recording).toMatchObject({ outcome: 'succeeded' })

  const trace = read()
  expect(trace.header).toMatchObject({
    trace: 1,
    scenario: 'try',
    comfyui: '0.33.0',
    nodes: 'core',
  })
  const summary = summarize(trace)
  expect(summary.filter((line) => line.startsWith('a '))).toEqual([
    'a open',
    'a send feature_flags',
    'a text status',
    'a text execution_start',
    'a text execution_cached',
    'a text execution_success',
    'a text executing',
    'a close',
  ])
  // a call stands where it began, so before what came of it; the greeting and the first poll may come in between
  const submitted = summary.indexOf('POST /prompt 200')
  expect(submitted).toBeGreaterThan(summary.indexOf('a open'))
  expect(submitted).toBeLessThan(summary.indexOf('a text execution_start'))
  expect(summary.filter((line) => line.startsWith('GET'))).toEqual(['GET /history/{id} 200'])
  expect(replayTrace(trace).events.at(-1)).toMatchObject({ type: 'end', outcome: 'succeeded' })
})

it('records a refusal, which ends at once', async () => {
  const host = await withHost()
  host.intercept = (request, response) => {
    if (request.path !== '/prompt') return false
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end('{"error":{"type":"no_prompt","message":"m","details":""},"node_errors":[]}')
    return true
  }
  const { out, read } = newFile()
  const recording = recordPrompt({ ...REQUEST, host: host.url, out, workflow: SLOW_WORKFLOW })
  expect(await recording).toMatchObject({ outcome: 'refused' })
  expect(summarize(read())).toContain('POST /prompt 400')
})

it('gives up on a prompt that does not end, and keeps what came until then', async () => {
  const host = await withHost()
  const { out, read } = newFile()
  const controller = new AbortController()
  const recording = recordPrompt({ ...REQUEST, host: host.url, out, signal: controller.signal })
  await expect.poll(() => host.pending.length).toBe(1)
  controller.abort(new RangeError('too long'))
  await expect(recording).rejects.toThrow(RangeError)
  expect(summarize(read())).toContain('a text status')
})

it('records what passes through the proxy, both ways, without the keys of paid nodes', async () => {
  const host = await withHost()
  const { out, read } = newFile()
  const file = await openTraceWriter(out, { trace: 1 })
  const proxy = await startRecordProxy({ host: host.url, port: 0, file })
  const url = `http://127.0.0.1:${proxy.port}`
  const session = startSession(url, { extraData: { api_key_comfy_org: 'secret' } })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  await expect.poll(() => session.messageTypes()).toContain('execution_start')
  host.intercept = (request, response) => {
    if (request.path !== '/view') return false
    response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([0x89, 0xff]))
    return true
  }
  const item = { node_id: '3', filename: 'a.png', subfolder: '', type: 'output' }
  const { body } = await createHostClient(url).view(item)
  expect(new Uint8Array(await new Response(body).arrayBuffer())).toEqual(
    new Uint8Array([0x89, 0xff]),
  )
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
  await proxy.close()
  await file.close()

  const trace = read()
  const summary = summarize(trace)
  expect(summary).toEqual(
    expect.arrayContaining(['a open', 'a send feature_flags', 'POST /prompt 200', 'a close']),
  )
  expect(summary).toContain('a text execution_start')
  const view = trace.lines.find((line) => line.ch === 'http' && line.path.startsWith('/view'))
  expect(view).toMatchObject({ response: { base64: Buffer.from([0x89, 0xff]).toString('base64') } })
  expect(readFileSync(out, 'utf8')).not.toContain('secret')
  expect(replayTrace(trace).events.at(-1)).toMatchObject({ type: 'end', outcome: 'succeeded' })
})

it('reads its command line, and says in one line what is wrong with it', () => {
  expect(parseArguments(['--help'])).toBeNull()
  expect(parseArguments(['--host', 'http://h:1', '--out', 'a/b.jsonl', '--listen', '0'])).toEqual({
    host: 'http://h:1',
    out: 'a/b.jsonl',
    listen: 0,
    timeout: 300,
    scenario: 'b',
  })
  for (const args of [
    [],
    ['--host', 'gpu', '--out', 'f'],
    ['--host', 'http://h'],
    ['--host', 'http://h', '--out', 'f', '--listen', 'x'],
    ['--bogus'],
  ]) {
    expect(() => parseArguments(args)).toThrow(ArgumentError)
  }
})
