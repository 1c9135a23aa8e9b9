/** `createClient`: the one entrance. */
import type { Client, ClientOptions } from './types.ts'

export function createClient(options: ClientOptions = {}): Client {
  throw new Error(`not yet ${String(options.baseUrl)}`)
}
