/** The ways that are measured do what they are named for. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHttp, type Http } from '../http.ts'
import { type CheapHost, startCheapHost } from '../hosts/cheap-host.ts'
import { shownText } from '../hosts/open-hosts.ts'
import { direct } from './direct.ts'
import { proxy } from './polling.ts'
import { simplest } from './simplest.ts'
import type { Way } from './way.ts'

let host: CheapHost
let http: Http

beforeEach(async () => {
  host = await startCheapHost(2)
  http = createHttp()
})

afterEach(() => {
  http.close()
  host.close()
})

/** @returns how many prompts the host had at once */
async function run(way: Way, count: number): Promise<number> {
  const jobs = Array.from({ length: count }, shownText)
  const done = await way({ url: host.url, http, jobs })
  expect(new Set(done.map(({ promptId }) => promptId)).size).toBe(count)
  const { begun, ended, deepest } = host.counts()
  expect([begun, ended]).toEqual([count, count])
  return deepest
}

it('feeds a host directly: its queue is kept full, and no fuller, to the last job', async () => {
  expect(await run(direct, 30)).toBe(4)
})

it('feeds it with fewer jobs than that, too', async () => {
  expect(await run(direct, 1)).toBe(1)
})

it('does one job at a time as the simplest wrapper does', async () => {
  expect(await run(simplest, 5)).toBe(1)
})

it('hands all jobs in at once as the proxy does, and knows each end by asking', async () => {
  expect(await run(proxy, 5)).toBeGreaterThan(1)
})
