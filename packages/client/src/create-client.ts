/** `createClient`: the one entrance. */
import { createDeadLetters, createHosts } from './hosts.ts'
import { toBaseUrl } from './http/base-url.ts'
import { createHttp, toTokenSource } from './http/request.ts'
import { createJobs } from './jobs.ts'
import type { Client, ClientOptions, Outputs } from './types.ts'
import { createHub } from './watch/hub.ts'

/** Nothing is connected before something is watched, and nothing stays connected after. */
export function createClient(options: ClientOptions = {}): Client {
  const http = createHttp({
    baseUrl: toBaseUrl(options.baseUrl),
    token: toTokenSource(options.token),
    // called through the global: a browser's fetch wants no other `this`
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  })
  const hub = createHub(http)
  const outputs: Outputs = {
    fetch: ({ url }, call) => http.open(url, { ...call }),
    async bytes(output, call) {
      return new Uint8Array(await (await outputs.fetch(output, call)).arrayBuffer())
    },
  }
  return {
    baseUrl: http.options.baseUrl,
    jobs: createJobs(http, hub),
    outputs,
    hosts: createHosts(http),
    deadLetters: createDeadLetters(http),
    close: () => hub.close(),
  }
}
