import type { JobEvent } from '@safelight/shared'
import { newSnapshot } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { createLinks } from '../http/links.ts'
import { toOutput, toProgress } from '../testing/play-worker.ts'
import { createOnce } from '../watch/once.ts'
import { createNativeFrames } from './frames-native.ts'
import { createV2Frames } from './frames-v2.ts'

const snapshot = newSnapshot({ jobId: 'j', status: 'running', phase: 'executing', attempt: 1 })
const now = { snapshot, queuePosition: null, etaMs: null, now: 0 }
const envelope = { jobId: 'j', seq: 1, ts: 0, stamp: 's1', follows: 's0' }
const progress: JobEvent = { ...envelope, type: 'progress', progress: toProgress(0.5) }
const output: JobEvent = { ...envelope, type: 'output', output: toOutput('o') }

describe.each([
  ['v2', createV2Frames],
  ['native', createNativeFrames],
])('the frames of many streams in format %s', (_format, createFrames) => {
  const shared = createOnce<Buffer>()
  const openStream = (base: string) => createFrames(createLinks(base), shared)
  const streams = [openStream('http://a'), openStream('http://a'), openStream('http://b')]

  it('are written once', () => {
    const [first, second, third] = streams.map((frames) => frames.event(progress, now))
    expect(first).toBeInstanceOf(Buffer)
    expect(second).toBe(first)
    expect(third).toBe(first)
  })

  it('are written once for each way in which clients found us, where they carry addresses', () => {
    const [first, second, third] = streams.map((frames) => frames.event(output, now))
    expect(second).toBe(first)
    expect(String(first)).toContain('http://a/api/v2/assets/o/content')
    expect(String(third)).toContain('http://b/api/v2/assets/o/content')
  })

  it('of pictures are written once', () => {
    const preview = { nodeId: '1', contentType: 'image/png', data: new Uint8Array(3) }
    const [first, second] = streams.map((frames) => frames.preview('j', preview))
    expect(second).toBe(first)
  })
})

it('in v2 a status is called as this client has to hear it', () => {
  const shared = createOnce<Buffer>()
  const [early, late] = [1, 2].map(() => createV2Frames(createLinks('http://a'), shared))
  const executing: JobEvent = { ...envelope, type: 'status', status: 'running', phase: 'executing' }
  expect(early?.open(now, null)).toContain('event: status')
  expect(
    [early, late].map((frames) => String(frames?.event(executing, now)).split('\n')[1]),
  ).toEqual(['event: phase', 'event: status'])
})
