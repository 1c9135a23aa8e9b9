/** A host that wants to see credentials: on every call, at every handshake, and as they are now. */
import { expect, it } from 'vitest'
import { createHostClient } from '../client/create-host-client.ts'
import { type HostAddress, toHostAddress } from '../client/host-address.ts'
import { withHost } from '../testing/with-host.ts'

/** A fake host that denies whatever does not bear `token`, sockets as well. */
async function withGuardedHost(token: string) {
  const host = await withHost()
  const guard = { token, denied: 0 }
  host.intercept = ({ headers }, response) => {
    if (headers.authorization === `Bearer ${guard.token}`) return false
    guard.denied += 1
    response.writeHead(401).end()
    return true
  }
  const addressWith = (bearer: string): HostAddress =>
    toHostAddress(host.url, { authorization: `Bearer ${bearer}` })
  return { host, guard, addressWith }
}

it('opens its socket with the headers of its host', async () => {
  const { host, addressWith } = await withGuardedHost('a')
  const address = addressWith('a')
  host.session({ client: createHostClient(() => address) })
  await expect.poll(() => host.upgrades.at(0)?.authorization).toBe('Bearer a')
})

it('loses a host that denies it while the prompt runs', async () => {
  const { host, guard, addressWith } = await withGuardedHost('a')
  const address = addressWith('a')
  const session = host.session({
    client: createHostClient(() => address),
    timings: { unreachableMs: 200, pollMs: 20 },
  })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  guard.token = 'b'
  await expect(session.end).rejects.toMatchObject({
    code: 'unreachable',
    cause: { code: 'unauthorized' },
  })
})

it('goes on with new credentials when the old ones are denied', async () => {
  const { host, guard, addressWith } = await withGuardedHost('a')
  let address = addressWith('a')
  const session = host.session({
    client: createHostClient(() => address),
    timings: { pollMs: 20 },
  })
  await expect.poll(() => host.pending.length).toBe(1)
  host.start()
  guard.token = 'b'
  await expect.poll(() => guard.denied).toBeGreaterThan(0)
  address = addressWith('b')
  host.dropSockets()
  await expect.poll(() => host.upgrades.at(-1)?.authorization).toBe('Bearer b')
  host.finish()
  expect(await session.end).toMatchObject({ outcome: 'succeeded' })
})

it('does not look for a prompt whose submission was denied: it is not there', async () => {
  const { host } = await withGuardedHost('a')
  host.intercept = ({ path }, response) => {
    if (path !== '/prompt') return false
    response.writeHead(401).end()
    return true
  }
  await expect(host.session().end).rejects.toMatchObject({ code: 'unauthorized' })
  expect(host.calls('GET', '/queue')).toHaveLength(1)
})
