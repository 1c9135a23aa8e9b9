/** What is found of hosts that are there, away, guarded, and unlike each other. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Simulator, startSimulator } from '@safelight/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostSchema, toHostValue } from '../hosts/host-value.ts'
import { hostChecks } from './host-checks.ts'

let old: Simulator
let current: Simulator
/** Wants other credentials than it gets. */
const guard = createServer((_request, response) => response.writeHead(401).end())
let guarded: string
beforeAll(async () => {
  old = await startSimulator({ dialect: '0.3.34' })
  current = await startSimulator({ dialect: '0.33.0' })
  await new Promise<void>((resolve) => guard.listen(0, '127.0.0.1', resolve))
  // a server that listens on a port has such an address
  guarded = `http://user:hunter2@127.0.0.1:${(guard.address() as AddressInfo).port}`
})
afterAll(async () => {
  await old.close()
  await current.close()
  guard.closeAllConnections()
  await new Promise((resolve) => guard.close(resolve))
})

type Given = { name: string; url: string; labels?: string[] }

async function examine(...hosts: Given[]) {
  const values = hosts.map((host) => toHostValue(hostSchema.parse(host), 2))
  const signal = AbortSignal.timeout(15_000)
  const found = await Promise.all(hostChecks(values).map((check) => check.run(signal)))
  return found.flat()
}

describe('a host', () => {
  it('that answers says what it is', async () => {
    const findings = await examine({ name: 'gpu', url: current.url })
    expect(findings).toContainEqual({
      check: 'host gpu',
      verdict: 'ok',
      found: expect.stringMatching(/^ComfyUI 0\.33\.0, 1 devices, \d+ node classes$/),
      advice: null,
    })
    expect(findings.filter(({ verdict }) => verdict === 'fail')).toEqual([])
  })

  it('that is away, or guarded, is told with what to do, and with no secret', async () => {
    const findings = await examine(
      { name: 'away', url: 'http://127.0.0.1:1' },
      { name: 'guarded', url: guarded },
    )
    expect(findings).toMatchObject([
      { check: 'host away', verdict: 'fail', found: 'unreachable' },
      { check: 'host guarded', verdict: 'fail', found: 'unauthorized 401' },
      { check: 'hosts', verdict: 'ok' },
    ])
    expect(findings[1]?.advice).toContain('docs/hosts-file.md')
    expect(JSON.stringify(findings)).not.toContain('hunter2')
  })

  it('is missed when there is none', async () => {
    expect(await examine()).toMatchObject([{ check: 'hosts', verdict: 'warn' }])
  })
})

describe('hosts of one pool', () => {
  const unlike = (findings: Awaited<ReturnType<typeof examine>>) =>
    findings.flatMap(({ check, verdict, found }) =>
      check.startsWith('hosts') && verdict === 'warn' ? [`${check} ${found}`] : [],
    )

  it('are told how they differ', async () => {
    const findings = await examine({ name: 'a', url: old.url }, { name: 'b', url: current.url })
    expect(unlike(findings)[0]).toBe('hosts have 2 versions of ComfyUI: 0.3.34, 0.33.0')
    expect(findings.map(({ found }) => found)).toContainEqual(
      'is so old that it cannot stop one prompt of several',
    )
  })

  it('may differ from those of another', async () => {
    const labels = [['image'], ['video']]
    const hosts = [old, current].map(({ url }, at) => ({
      name: `h${at}`,
      url,
      labels: labels[at] ?? [],
    }))
    expect(unlike(await examine(...hosts))).toEqual([])
    const same = hosts.map((host) => ({ ...host, labels: ['image'] }))
    expect(unlike(await examine(...same))[0]).toMatch(/^hosts of image have 2 versions/)
  })
})
