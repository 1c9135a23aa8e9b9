import { Writable } from 'node:stream'
import { createLogger } from '@safelight/runtime'
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { promptIdOf } from '@safelight/store'
import { txt2img } from './testing/graphs.ts'
import { eachWithHost, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened), { speed: 50 })

it('tells the story of a job line by line, with its ids, and never a credential', async () => {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  const log = createLogger({ level: 'debug', name: 'worker', destination })
  const url = new URL(host.url)
  const { host: address } = url
  url.username = 'user'
  url.password = 's3cret'
  await stack.startWorker([url.href], { log })
  const jobId = await stack.submit(txt2img({ steps: 8 }))
  await stack.end(jobId)

  const entries = () =>
    lines.map((line) => z.looseObject({ msg: z.string() }).parse(JSON.parse(line)))
  const find = (msg: string) => entries().find((entry) => entry.msg === msg)
  expect(await until(() => find('job finished') ?? null)).toMatchObject({
    jobId,
    outcome: 'succeeded',
    phases: {
      queue: expect.any(Number),
      prepare: expect.any(Number),
      execute: expect.any(Number),
      collect: expect.any(Number),
    },
  })
  expect(find('job dispatched')).toMatchObject({ jobId, hostId: address })
  expect(find('socket open')).toMatchObject({ jobId })
  expect(find('prompt submitted')).toMatchObject({
    jobId,
    promptId: promptIdOf(jobId, 1),
    totalSteps: 8,
    adopted: false,
    status: 'running',
  })
  const ticks = entries().filter(({ msg, value }) => msg === 'progress' && value !== undefined)
  expect(ticks.at(-1)).toMatchObject({
    level: 'debug',
    jobId,
    value: expect.any(Number),
    max: expect.any(Number),
    percent: expect.any(Number),
  })
  expect(lines.join('')).not.toContain('s3cret')
})
