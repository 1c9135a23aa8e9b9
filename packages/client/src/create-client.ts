/** `createClient`: the one entrance. */
import type { HousekeepingView } from '@safelight/shared'
import { createAssetsApi } from './assets/assets.ts'
import { createDeadLettersApi, createFleetApi, createHostsApi } from './operations.ts'
import { toBaseUrl } from './http/base-url.ts'
import { createHttp, toTokenSource } from './http/request.ts'
import { createJobsApi } from './jobs.ts'
import type { Client, ClientOptions, Outputs } from './types.ts'
import { createSharedWatches } from './watch/shared-watches.ts'

/** Nothing is connected before something is watches, and nothing stays connected after. */
export function createClient(options: ClientOptions = {}): Client {
  const http = createHttp({
    baseUrl: toBaseUrl(options.baseUrl),
    token: toTokenSource(options.token),
    // called through the global: a browser's fetch wants no other `this`
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  })
  const watches = createSharedWatches(http)
  const outputs: Outputs = {
    fetch: ({ url }, call) => http.open(url, { ...call }),
    async bytes(output, call) {
      return new Uint8Array(await (await outputs.fetch(output, call)).arrayBuffer())
    },
  }
  return {
    baseUrl: http.options.baseUrl,
    jobs: createJobsApi(http, watches),
    outputs,
    assets: createAssetsApi(http),
    hosts: createHostsApi(http),
    fleet: createFleetApi(http),
    deadLetters: createDeadLettersApi(http),
    housekeeping: (call) => http.json<HousekeepingView>('/api/v2/housekeeping', { ...call }),
    close: () => watches.close(),
  }
}
