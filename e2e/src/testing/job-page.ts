/** What a person reads off a job's page. */
import type { Page } from 'playwright-core'
import { until } from '@safelight/testkit'

export interface Shown {
  percent: number
  badge: string
  /** e.g. `5/20`; null where no steps are shown. */
  step: string | null
}

/** Null while the page shows no bar. */
export function readShown(page: Page): Promise<Shown | null> {
  // one look, so that the parts belong together
  return page.evaluate(() => {
    const bar = document.querySelector('main [role="progressbar"]')
    const badge = document.querySelector<HTMLElement>('main .sl-badge')
    // while nothing has been heard there is a bar without a value
    if (!bar?.hasAttribute('aria-valuenow') || !badge) return null
    const step = document.querySelector('main .sl-generation__step')
    return {
      percent: Number(bar.getAttribute('aria-valuenow')),
      badge: badge.innerText.trim(),
      step: step?.textContent ?? null,
    }
  })
}

/** What the list of nodes says of each, by its id; null while there is no list. */
export function readNodeStates(page: Page): Promise<Record<string, string> | null> {
  // one look, as above
  return page.evaluate(() => {
    const rows = [...document.querySelectorAll<HTMLElement>('main [data-node]')]
    if (rows.length === 0) return null
    return Object.fromEntries(rows.map(({ dataset }) => [dataset['node'], dataset['state']]))
  })
}

/** The first look that passes. A page that is just being loaded is looked at again. */
export function whenShown(page: Page, test: (shown: Shown) => boolean): Promise<Shown> {
  return until(
    async () => {
      const shown = await readShown(page).catch(() => null)
      return shown && test(shown) ? shown : null
    },
    { what: 'the page shows what is wanted', withinMs: 60_000 },
  )
}

/** Everything the bar showed from now on, until `stop`: recorded in the page, so that nothing is missed between two looks. */
export async function recordShown(page: Page): Promise<{ stop: () => Promise<Shown[]> }> {
  await page.evaluate(() => {
    const seen: { percent: number; badge: string; step: string | null }[] = []
    const look = () => {
      const bar = document.querySelector('main [role="progressbar"]')
      const badge = document.querySelector<HTMLElement>('main .sl-badge')
      if (!bar?.hasAttribute('aria-valuenow') || !badge) return
      const step = document.querySelector('main .sl-generation__step')?.textContent ?? null
      const percent = Number(bar.getAttribute('aria-valuenow'))
      const last = seen.at(-1)
      const next = { percent, badge: badge.innerText.trim(), step }
      if (JSON.stringify(last) !== JSON.stringify(next)) seen.push(next)
    }
    const observer = new MutationObserver(look)
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    })
    look()
    Reflect.set(window, 'stopRecording', () => {
      look()
      observer.disconnect()
      return seen
    })
  })
  return { stop: () => page.evaluate(() => Reflect.get(window, 'stopRecording')()) }
}
