/** Programs that use the official SDK while the APIs behind them are replaced, one after the other. */
import { noNewerNode } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { openQuickCluster } from '../testing/quick-cluster.ts'
import { startSdk } from '../testing/sdk-program.ts'
import { openSwitch } from '../testing/switch.ts'
import { slow } from '../testing/workflows.ts'

describe.skipIf(noNewerNode)('the official SDK, which needs Node 22', () => {
  it('goes on through a rolling restart: every job ends, and is told to its end', async (context) => {
    const cluster = await openQuickCluster({ apis: 2, speed: 4 }, context)
    const front = await openSwitch(cluster.apis)
    context.onTestFinished(() => front.close())
    const program = startSdk('manyRuns', front.url, { graph: slow({ steps: 20, seconds: 0.4 }) })
    for (const [at, api] of cluster.apis.entries()) {
      await program.untilSaid('submitted', at + 1)
      front.leave(api)
      await api.kill('SIGTERM')
      expect(await api.ended()).toBe(0)
      await api.start()
      front.join(api)
    }
    expect(await program.ended).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded'])
  }, 120_000)
})
