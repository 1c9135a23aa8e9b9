/** A job as clients see it. */
import { newSnapshot } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { createLinks } from '../http/links.ts'
import { toJobView } from './view.ts'

it('foretells no end while no host may run it, whatever is known of the line', () => {
  const links = createLinks('http://safelight.test')
  const place = { position: 2, etaMs: 40_000 }
  const show = (reasons: string[]) => {
    const { queue_position: position, eta_ms: eta } = toJobView(newSnapshot(), {
      links,
      place,
      reasons: reasons.map((message) => ({ code: 'no_host', message, node_id: null })),
    })
    return [position, eta]
  }
  expect(show([])).toEqual([2, 40_000])
  expect(show(["No host has a node 'X'."])).toEqual([2, null])
})
