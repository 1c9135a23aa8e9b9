/** GenerationProgress over the whole stack, for every dialect a host may speak: what the document says, commit by commit. */
import { Blob, resolveObjectURL } from 'node:buffer'
import { createClient } from '@safelight/client'
import type { Dialect } from '@safelight/simulator'
import { until } from '@safelight/testkit'
import { GenerationProgress, SafelightProvider, useGeneration } from '@safelight/client/react'
import { Window } from 'happy-dom'
import { createElement, useLayoutEffect } from 'react'
import { expect, it, onTestFinished } from 'vitest'
import { endOf, submit, textToImage } from './testing/client.ts'
import { openTestStack } from './testing/test-stack.ts'

/** Where the numbers come from, by what the host speaks. */
const BADGES: [Dialect, string][] = [
  ['legacy', 'Inference'],
  ['0.3.34', 'Node'],
  ['0.3.64', 'Nodes'],
  ['0.33.0', 'Nodes'],
]
const JPEG = [0xff, 0xd8]
const PNG = [0x89, 0x50]

/** The document of a browser; fetch, sockets and URLs stay Node's. React looks for it when it is loaded. */
const window = new Window({ url: 'http://127.0.0.1/' })
for (const name of ['document', 'navigator', 'Node', 'HTMLElement', 'HTMLIFrameElement'] as const) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true })
}
Object.defineProperty(globalThis, 'window', { value: window, configurable: true })
const { createRoot } = await import('react-dom/client')

interface Shown {
  badge: string
  /** Null while a dash says that nothing is known. */
  percent: number | null
  now: number | null
  step: string | null
  /** Held here: their addresses are withdrawn when the next ones come. */
  pictures: (Blob | undefined)[]
  text: string
}

function readShown(root: HTMLElement): Shown {
  const textOf = (selector: string) => root.querySelector(selector)?.textContent ?? null
  const bar = root.querySelector('[role="progressbar"]')
  return {
    badge: textOf('.sl-badge') ?? '',
    percent: toNumber(textOf('.sl-generation__percent')?.replace('%', '')),
    now: toNumber(bar?.getAttribute('aria-valuenow')),
    step: textOf('.sl-generation__step'),
    pictures: [...root.querySelectorAll('img')].map(({ src }) => resolveObjectURL(src)),
    text: root.textContent ?? '',
  }
}

function toNumber(text: string | null | undefined): number | null {
  return text == null || text === '–' ? null : Number(text)
}

/** Mounts the component, and reads the document after every commit. */
function watchDocument(url: string, jobId: string): Shown[] {
  const seen: Shown[] = []
  const element = document.body.appendChild(document.createElement('div'))
  const client = createClient({ baseUrl: url })
  const root = createRoot(element)
  onTestFinished(() => {
    root.unmount()
    client.close()
  })
  function Page() {
    const generation = useGeneration(jobId)
    useLayoutEffect(() => {
      seen.push(readShown(element))
    })
    return createElement(GenerationProgress, { generation })
  }
  root.render(createElement(SafelightProvider, { client }, createElement(Page)))
  return seen
}

const whenShown = (seen: Shown[], what: string, test: (shown: Shown) => boolean) =>
  until(() => seen.find(test) ?? null, { what, withinMs: 90_000 })

async function readBytes(picture: Pick<Blob, 'arrayBuffer'>, count: number): Promise<number[]> {
  return [...new Uint8Array(await picture.arrayBuffer()).slice(0, count)]
}

const withoutRepeats = (words: string[]) => words.filter((word, at) => word !== words[at - 1])

it.each(BADGES)(
  'shows a job on a %s host from the line to the picture, with %s in between',
  async (dialect, badge) => {
    const stack = await openTestStack({ dialects: [dialect], speed: 5 })
    onTestFinished(() => stack.close())
    const [url = ''] = stack.urls
    // the host is busy, so that the job is watched before it runs
    stack.simulators[0]?.faults.set({ held: true })
    const { id: before } = await submit(url, textToImage(1))
    const { id: jobId } = await submit(url, textToImage(2))
    const seen = watchDocument(url, jobId)
    await whenShown(seen, 'that a host has it', ({ badge }) => badge === 'Connected')
    stack.simulators[0]?.faults.set({ held: false })
    const preview = await whenShown(seen, 'a preview', ({ pictures }) => pictures.length > 0)
    expect(await readBytes(preview.pictures[0] ?? new Blob([]), 2)).toEqual(JPEG)
    await whenShown(seen, 'the end', (shown) => shown.badge === 'Complete')
    await endOf(url, before)

    expect(seen[0]).toMatchObject({ badge: 'Connecting', percent: null, step: null })
    const connected = seen.find((shown) => shown.badge === 'Connected' && shown.step !== null)
    expect(connected).toMatchObject({ step: '0/20', percent: 0 })
    expect(seen.filter(({ text }) => /0\/0|of 0 nodes|NaN/.test(text))).toEqual([])

    const badges = withoutRepeats(seen.map((shown) => shown.badge))
    const way = badges.filter((word) => ['Connected', badge, 'Complete'].includes(word))
    expect(withoutRepeats(way)).toEqual(['Connected', badge, 'Complete'])

    expect(seen.map(({ now }) => now)).toEqual(seen.map(({ percent }) => percent))
    const percents = seen.flatMap(({ percent }) => percent ?? [])
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    expect(percents.at(-1)).toBe(100)
    expect(seen.filter((shown) => shown.percent === 100 && shown.badge !== 'Complete')).toEqual([])

    const steps = new Set(seen.flatMap(({ step }) => step ?? []))
    for (const step of steps) expect(step).toMatch(/^([0-9]|1[0-9]|20)\/20$/)
    expect(steps.size).toBeGreaterThan(3)
  },
  120_000,
)

it('shows the picture itself in the end, also to who comes when all is over', async () => {
  const stack = await openTestStack({ speed: 20 })
  onTestFinished(() => stack.close())
  const [url = ''] = stack.urls
  const { id: jobId } = await submit(url, textToImage(3))
  await endOf(url, jobId)
  const seen = watchDocument(url, jobId)
  const end = await whenShown(seen, 'the end', ({ badge }) => badge === 'Complete')
  expect(end).toMatchObject({ percent: 100, step: '20/20' })
  expect(end.text).toContain('1 output stored')
  const picture = await until(() => document.querySelector('img')?.src ?? null, {
    what: 'the picture',
  })
  expect(await readBytes(await fetch(picture), 2)).toEqual(PNG)
}, 120_000)
