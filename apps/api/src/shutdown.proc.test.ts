import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { request as sendRaw } from 'node:http'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { post, submitJob } from './testing/http.ts'
import { FAILED, RUNNING, WORKFLOW } from './testing/play-worker.ts'
import { type ApiStack, shareStack } from './testing/api-stack.ts'
import { openRedisProxy } from '@safelight/testkit/vitest'
import { dieWithUs, mainOf, until } from '@safelight/testkit'
import { follow, trackSockets } from './testing/watch-socket.ts'

const open = trackSockets()
let stack: ApiStack
shareStack((shared) => (stack = shared))

/** The API as its own process, as it is deployed. */
async function startProcess(settings: Record<string, string> = {}) {
  const child = spawn(process.execPath, [mainOf('api')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      REDIS_URL: inject('redisUrl'),
      SAFELIGHT_NAMESPACE: stack.namespace,
      PORT: '0',
      ...settings,
    },
  })
  dieWithUs(child)
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, url }: { msg: string; url?: string } = JSON.parse(line)
    if (msg === 'listening' && url) {
      child.stdout.resume()
      return { child, url, exit }
    }
  }
  throw new Error('the API did not start')
}

/** A submission whose body stops in the middle: a request under way for as long as the test likes. */
function beginSubmission(url: string) {
  const body = JSON.stringify({ workflow: WORKFLOW })
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const request = sendRaw(`${url}/api/v2/jobs`, { method: 'POST', headers })
  const status = new Promise<number | string>((resolve) => {
    request.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', () => resolve('cut off'))
  })
  const begun = new Promise((resolve) => request.write(body.slice(0, 9), resolve))
  return { begun, status, finish: () => request.end(body.slice(9)) }
}

const readyStatus = (url: string) =>
  fetch(`${url}/readyz`).then(
    ({ status }) => status,
    () => 'refused',
  )
const exitOf = ({ exitCode, signalCode }: ChildProcess) => exitCode ?? signalCode

describe('an API that is told to stop', () => {
  it('says so first, then moves its streams and sockets, then finishes its requests', async () => {
    const { child, url, exit } = await startProcess({ SHUTDOWN_DELAY: '700ms' })
    const { id } = await submitJob(url)
    await stack.append(id, RUNNING)
    const stream = await fetch(`${url}/api/v2/jobs/${id}/events`)
    const text = stream.text()
    // the client library comes back by itself: to the process that is left
    const socket = open(url, { reconnection: true })
    const heard = await follow(socket, { jobId: id })
    const lost = new Promise((resolve) => socket.once('disconnect', resolve))
    const submission = beginSubmission(url)
    await submission.begun

    child.kill('SIGTERM')
    await until(async () => (await readyStatus(url)) === 503)
    // not ready any more, and still serving whoever has not noticed
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    expect(socket.connected).toBe(true)
    await lost
    expect(await text).toMatch(/\n\nretry: \d+\n\n$/)
    await until(async () => (await readyStatus(url)) === 'refused')
    expect(exitOf(child)).toBeNull()
    submission.finish()
    expect(await submission.status).toBe(201)
    expect(await exit).toEqual([0, null])

    // and nothing was lost by the move
    const back = await follow(
      open(stack.api.url),
      { jobId: id, afterSeq: 1, stamp: heard.snapshot?.stamp ?? '' },
      heard.snapshot,
    )
    await stack.append(id, FAILED)
    await until(() => back.snapshot?.status === 'failed')
    expect(back.resyncs).toEqual([])
  })

  it('does not wait for ever', async () => {
    const { child, url, exit } = await startProcess({ SHUTDOWN_TIMEOUT: '300ms' })
    const submission = beginSubmission(url)
    await submission.begun
    child.kill('SIGTERM')
    expect(await submission.status).toBe('cut off')
    expect(await exit).toEqual([0, null])
  })

  it('leaves although its Redis is gone', async () => {
    const proxy = await openRedisProxy()
    const { child, exit } = await startProcess({ REDIS_URL: proxy.url })
    proxy.refuse()
    child.kill('SIGTERM')
    const [code, signal]: unknown[] = await exit
    expect(signal).toBeNull()
    expect(code).not.toBeNull()
  })

  it('stops at once when it is told again', async () => {
    const { child, url, exit } = await startProcess({ SHUTDOWN_TIMEOUT: '1h' })
    const submission = beginSubmission(url)
    await submission.begun
    child.kill('SIGTERM')
    await until(async () => (await readyStatus(url)) === 'refused')
    expect(exitOf(child)).toBeNull()
    child.kill('SIGTERM')
    expect(await exit).toEqual([1, null])
    expect(await submission.status).toBe('cut off')
  })
})

describe('an API whose terminal is gone, or that is told to read its settings again', () => {
  it('goes, unless its settings are in a file: then it takes on what can change, and goes on', async () => {
    const file = join(stack.dataDir, 'safelight.env')
    await writeFile(file, 'MAX_QUEUE_DEPTH=1\n')
    const [plain, filed] = await Promise.all([
      startProcess(),
      startProcess({ SAFELIGHT_ENV_FILE: file }),
    ])
    plain.child.kill('SIGHUP')
    expect(await plain.exit).toEqual([null, 'SIGHUP'])

    await submitJob(filed.url)
    const submit = async () =>
      (await post(`${filed.url}/api/v2/jobs`, { workflow: WORKFLOW })).status
    expect(await submit()).toBe(429)
    await writeFile(file, 'MAX_QUEUE_DEPTH=0\n')
    filed.child.kill('SIGHUP')
    expect(await submit()).toBe(429)
    await writeFile(file, 'MAX_QUEUE_DEPTH=9\nPORT=1\n')
    filed.child.kill('SIGHUP')
    await until(async () => (await submit()) === 201, { what: 'there is room' })
    expect(exitOf(filed.child)).toBeNull()
  })
})
