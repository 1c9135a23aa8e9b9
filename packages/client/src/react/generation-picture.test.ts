import '../testing/dom.ts'
import { act, cleanup, fireEvent, render, waitFor } from '@testing-library/react'
import { createElement } from 'react'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createDrivenClient, type DrivenAnswers } from '../testing/driven-client.ts'
import { completeOf, outputOf, progressOf, updateOf } from '../testing/jobs.ts'
import { countObjectUrls, type ObjectUrls } from '../testing/object-urls.ts'
import { SafelightProvider } from './context.ts'
import { GenerationProgress } from './generation-progress.tsx'

let urls: ObjectUrls
beforeEach(() => {
  urls = countObjectUrls()
})
afterEach(() => {
  cleanup()
  urls.restore()
})

function show(output?: DrivenAnswers['output'], preview?: boolean) {
  const client = createDrivenClient(output ? { output } : {})
  const progress = createElement(GenerationProgress, { jobId: 'job', preview })
  const { container, unmount } = render(createElement(SafelightProvider, { client }, progress), {
    reactStrictMode: true,
  })
  const images = () => [...container.querySelectorAll('img')]
  return {
    client,
    unmount,
    images,
    picture: () => container.querySelector('.sl-picture'),
    layers: () => images().map((image) => [image.getAttribute('src'), image.dataset['seen']]),
    load: (url: string | undefined) => {
      const image = images().find((shown) => shown.getAttribute('src') === url)
      if (image) fireEvent.load(image)
    },
  }
}

const running = updateOf({ progress: progressOf() })
const done = updateOf({ status: 'succeeded', progress: completeOf(), outputs: [outputOf()] })

it('takes no room before there is a frame', () => {
  const { client, picture } = show()
  act(() => client.update(running))
  expect(picture()).toBeNull()
})

it('fades each frame in over the last one, once it is loaded', () => {
  const { client, layers, load, picture } = show()
  act(() => client.preview())
  const [one] = urls.made
  expect(layers()).toEqual([[one, 'false']])
  expect(picture()?.getAttribute('data-shown')).toBe('false')
  load(one)
  expect(layers()).toEqual([[one, 'true']])
  expect(picture()?.getAttribute('data-shown')).toBe('true')

  act(() => client.preview())
  const [, two] = urls.made
  expect(layers()).toEqual([
    [one, 'true'],
    [two, 'false'],
  ])
  // the next one comes before this one is loaded: what is seen stays
  act(() => client.preview())
  const [, , three] = urls.made
  expect(layers()).toEqual([
    [one, 'true'],
    [three, 'false'],
  ])
  load(three)
  act(() => client.preview())
  expect(layers()[0]).toEqual([three, 'true'])
})

it('clears to true colour at the end, and keeps the last frame until the output is there', async () => {
  let answer: (response: Response) => void = () => {}
  const { client, layers, load, picture } = show(() => new Promise((resolve) => (answer = resolve)))
  act(() => client.preview())
  const [frame] = urls.made
  load(frame)
  act(() => client.update(running))
  expect(picture()?.getAttribute('data-done')).toBe('false')
  expect(picture()?.getAttribute('aria-label')).toBe('The picture so far')
  act(() => client.update(done))
  expect(picture()?.getAttribute('data-done')).toBe('true')
  expect(layers()).toEqual([[frame, 'true']])
  act(() => answer(new Response(new Uint8Array([1]))))
  await waitFor(() => expect(layers()).toHaveLength(2))
  const output = urls.made.at(-1)
  load(output)
  expect(layers()).toEqual([
    [frame, 'true'],
    [output, 'true'],
  ])
})

it('keeps the last frame when the output cannot be had', async () => {
  let asked = 0
  const { client, layers, load } = show(() => {
    asked += 1
    return Promise.reject(new Error('gone'))
  })
  act(() => client.preview())
  load(urls.made[0])
  await act(async () => client.update(done))
  expect(asked).toBe(1)
  expect(layers()).toEqual([[urls.made[0], 'true']])
})

it('leaves no object URL behind', async () => {
  const { client, layers, unmount } = show(() => Promise.resolve(new Response('png')))
  act(() => client.preview())
  act(() => client.update(done))
  await waitFor(() => expect(layers().length).toBeGreaterThan(0))
  await waitFor(() => expect(urls.alive.size).toBe(2))
  unmount()
  expect(urls.alive.size).toBe(0)
})

it('is not there when it is not wanted', () => {
  const { client, picture } = show(() => Promise.reject(new Error('not asked')), false)
  expect(client.open[0]?.options.onPreview).toBeUndefined()
  act(() => client.update(done))
  expect(picture()).toBeNull()
})
