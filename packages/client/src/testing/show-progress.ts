/** A `GenerationProgress` in a document, with a client and a clock that the test drives, and what can be read of it. */
import { act, render } from '@testing-library/react'
import { createElement } from 'react'
import { SafelightProvider } from '../react/context.ts'
import { GenerationProgress, type GenerationShownOptions } from '../react/generation-progress.tsx'
import { createDrivenClient } from './driven-client.ts'
import { progressOf, T0, updateOf } from './jobs.ts'

export type ShownProps = GenerationShownOptions & { jobId?: string | null }

export function createShow() {
  const client = createDrivenClient()
  let time = T0
  const now = () => time
  const receive = (...of: Parameters<typeof updateOf>) => act(() => client.update(updateOf(...of)))

  function show(props: ShownProps = {}) {
    const tree = ({ jobId = 'job', ...options }: ShownProps) =>
      createElement(
        SafelightProvider,
        { client },
        createElement(GenerationProgress, { jobId, now, ...options }),
      )
    const { container, rerender, unmount } = render(tree(props), { reactStrictMode: true })
    const find = (selector: string) => container.querySelector(selector)
    const textOf = (selector: string) => find(selector)?.textContent ?? null
    return {
      find,
      textOf,
      unmount,
      text: () => container.textContent ?? '',
      badge: () => ({
        kind: find('.sl-badge')?.getAttribute('data-kind'),
        label: textOf('.sl-badge'),
        hasShape: find('.sl-badge svg path') !== null,
      }),
      aria: (name: string) => find('[role="progressbar"]')?.getAttribute(`aria-${name}`),
      said: () => textOf('[role="status"]'),
      rerender: (next: ShownProps) => rerender(tree(next)),
    }
  }

  return {
    client,
    now,
    passTime: (ms: number) => {
      time += ms
    },
    show,
    receive,
    /** A running job, so far. */
    at: (value: number, more = {}) => receive({ progress: progressOf({ value, ...more }) }),
  }
}
