import { describe, expect, it } from 'vitest'
import { createHostClient } from '../client/create-host-client.ts'
import type { HostClient } from '../client/types.ts'
import { HostError, NotSubmitted } from '../errors.ts'
import { withHost } from '../testing/with-host.ts'

describe('a client that has to prepare something before it posts', () => {
  async function broken(withdraw: boolean) {
    const host = await withHost()
    const withdrawal = new AbortController()
    const client: HostClient = {
      ...createHostClient(host.url),
      async submit() {
        if (withdraw) withdrawal.abort()
        throw new NotSubmitted(new HostError('timeout', 'no answer'))
      },
    }
    const { end } = host.session({ client, withdrawal: withdrawal.signal })
    const outcome = await end.catch((error: unknown) => error)
    const looks = host.calls('GET', '/queue').length
    return { outcome, looks }
  }

  it('has left nothing on the host that would have to be looked for', async () => {
    const { outcome, looks } = await broken(false)
    expect(outcome).toBeInstanceOf(NotSubmitted)
    expect(looks).toBe(1)
  })

  it('may be called off in the middle of it', async () => {
    expect((await broken(true)).outcome).toEqual({ outcome: 'withdrawn', promptId: null })
  })
})
