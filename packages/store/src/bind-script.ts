/** Binds a Lua script to a client: EVALSHA with a fallback to EVAL, and a reply the caller must parse. */
import type { Redis } from 'ioredis'
import { ask } from './redis-unavailable.ts'

export interface Script {
  /** Command name on the client. */
  name: string
  lua: string
}

export type ScriptArgument = string | number | Buffer
export type BoundScript = (
  keys: readonly string[],
  argv: readonly ScriptArgument[],
) => Promise<unknown>

export function bindScript(redis: Redis, script: Script): BoundScript {
  redis.defineCommand(script.name, { lua: script.lua })
  // the library adds a method the types cannot know; looked up by name it is honestly `unknown`
  const command: unknown = Reflect.get(redis, script.name)
  if (typeof command !== 'function') throw new Error(`script ${script.name} was not registered`)
  return async (keys, argv) => {
    const reply: unknown = Reflect.apply(command, redis, [keys.length, ...keys, ...argv])
    return await ask(Promise.resolve(reply))
  }
}
