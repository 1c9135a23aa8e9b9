/** A user's own code that hears what happens in a process: modules named by SAFELIGHT_LISTENERS. */
import { pathToFileURL } from 'node:url'
import type { Logger } from '../logger.ts'
import type { Scope } from '../scope.ts'
import { ConfigError } from '../settings/parse-config.ts'
import type { EventMap, Listening } from './event-bus.ts'

/** What the default export of such a module is called with, once, before anything has happened. */
export interface ListenerContext<Events extends EventMap> {
  app: 'api' | 'worker'
  events: Listening<Events>
  log: Logger
}

export interface ListenersOptions<Events extends EventMap> extends ListenerContext<Events> {
  /** Absolute. */
  paths: readonly string[]
  /** What a module returns, if it is a function, is called at the end of it. */
  scope: Scope
}

/**
 * What a listener throws later is told (`listener:failed`), and stops nothing.
 * @throws ConfigError for a module that cannot be loaded, or throws when it is called
 */
export async function openListeners<Events extends EventMap>({
  paths,
  scope,
  app,
  events,
  log,
}: ListenersOptions<Events>): Promise<void> {
  for (const path of paths) {
    const open = await load(path)
    // no more than it was promised
    const { on, onAny } = events
    const context = { app, events: { on, onAny }, log: log.child({ listener: path }) }
    const close = await attempt(path, async () => await open(context))
    if (typeof close === 'function') scope.defer(async () => await Reflect.apply(close, null, []))
  }
}

async function load(path: string): Promise<(context: unknown) => unknown> {
  const loaded: unknown = await attempt(path, () => import(pathToFileURL(path).href))
  const open: unknown = typeof loaded === 'object' && loaded && Reflect.get(loaded, 'default')
  if (typeof open !== 'function') throw refuse(path, 'its default export is not a function')
  return (context) => Reflect.apply(open, null, [context])
}

async function attempt<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw refuse(path, error instanceof Error ? error.message : String(error))
  }
}

function refuse(path: string, why: string): ConfigError {
  return new ConfigError([`SAFELIGHT_LISTENERS: ${path} cannot be used: ${why}`])
}
