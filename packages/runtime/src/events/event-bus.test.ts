import { describe, expect, it } from 'vitest'
import { createEventBus } from './event-bus.ts'

interface Events {
  'job:accepted': { jobId: string }
  'job:ended': { jobId: string; status: string }
}

function createHeard() {
  const errors: [unknown, string][] = []
  const bus = createEventBus<Events>({ onError: (error, name) => errors.push([error, name]) })
  return { bus, errors }
}

describe('the event bus', () => {
  it('tells those who listen to a name, and those who listen to all, in the order they came', () => {
    const { bus } = createHeard()
    const heard: string[] = []
    bus.onAny((name) => heard.push(`any ${name}`))
    bus.on('job:accepted', ({ jobId }) => heard.push(`accepted ${jobId}`))
    bus.on('job:ended', ({ status }) => heard.push(status))
    bus.emit('job:accepted', { jobId: 'a' })
    bus.emit('job:ended', { jobId: 'a', status: 'succeeded' })
    expect(heard).toEqual(['accepted a', 'any job:accepted', 'succeeded', 'any job:ended'])
  })

  it('tells nothing to who has stopped listening', () => {
    const { bus } = createHeard()
    const heard: string[] = []
    bus.on('job:accepted', ({ jobId }) => heard.push(jobId))()
    bus.onAny((name) => heard.push(name))()
    bus.emit('job:accepted', { jobId: 'a' })
    expect(heard).toEqual([])
  })

  it('goes on when a listener throws', async () => {
    const { bus, errors } = createHeard()
    const heard: string[] = []
    const fault = new Error('mine')
    bus.on('job:accepted', () => {
      throw fault
    })
    // nobody waits for it, and nobody else would hear of it
    const late = new Error('late')
    bus.on('job:accepted', async () => await Promise.reject(late))
    bus.on('job:accepted', ({ jobId }) => heard.push(jobId))
    bus.emit('job:accepted', { jobId: 'a' })
    expect(heard).toEqual(['a'])
    expect(errors).toEqual([[fault, 'job:accepted']])
    await expect.poll(() => errors.at(-1)).toEqual([late, 'job:accepted'])
  })
})
