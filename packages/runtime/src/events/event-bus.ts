/** What happens in a process, told to whoever listens in the same process: metrics, traces, log lines, a user's own code. */

/** Names and bodies: `noun:what-happened`, and facts that a listener may keep. */
export type EventMap = object

/** A name and the body that goes with it. */
export type EventOf<Events extends EventMap> = {
  [Name in keyof Events & string]: [name: Name, body: Events[Name]]
}[keyof Events & string]

type Listener<Body> = (body: Body) => unknown
export type AnyListener<Events extends EventMap> = <Name extends keyof Events & string>(
  name: Name,
  body: Events[Name],
) => unknown

/**
 * Says that something has happened. Never throws, and waits for nobody. Who may tell more may tell less: an
 * `Emit<WorkerEvents>` is an `Emit<CommonEvents>`.
 */
export type Emit<Events extends EventMap> = (...event: EventOf<Events>) => void

/** For those whom nobody listens to. */
export const tellNobody = (): void => {}

export interface EventBus<Events extends EventMap> {
  emit: Emit<Events>
  /** @returns stops listening */
  on<Name extends keyof Events & string>(name: Name, listener: Listener<Events[Name]>): () => void
  /** Every event, also of names that later versions add. @returns stops listening */
  onAny(listener: AnyListener<Events>): () => void
}

/** What listeners get: they hear, and do not speak. */
export type Listening<Events extends EventMap> = Pick<EventBus<Events>, 'on' | 'onAny'>

export interface EventBusOptions {
  /** What a listener threw, or its promise was rejected with: the job it heard of goes on, and the other listeners hear of it all the same. */
  onError: (error: unknown, name: string) => void
}

type Named = Listener<unknown>
type Any = (name: string, body: unknown) => unknown

/** Listeners are called at once, in the order in which they came: those to a name before those to all. */
export function createEventBus<Events extends EventMap>({
  onError,
}: EventBusOptions): EventBus<Events> {
  // lists are replaced, never changed: who comes or goes while an event is told changes nothing about that one
  const named = new Map<string, readonly Named[]>()
  let all: readonly Any[] = []

  function mind(name: string, said: unknown): void {
    if (said instanceof Promise) said.catch((error: unknown) => onError(error, name))
  }

  function emit(name: string, body: unknown): void {
    const listeners = named.get(name)
    if (listeners) {
      for (const listener of listeners) {
        try {
          mind(name, listener(body))
        } catch (error) {
          onError(error, name)
        }
      }
    }
    for (const listener of all) {
      try {
        mind(name, listener(name, body))
      } catch (error) {
        onError(error, name)
      }
    }
  }

  return {
    emit,
    on(name, given) {
      // a copy of its own: the same function may listen twice
      const listener: Named = (body) => given(body as Events[typeof name])
      named.set(name, [...(named.get(name) ?? []), listener])
      return () => {
        named.set(name, without(named.get(name) ?? [], listener))
      }
    },
    onAny(given) {
      const tell = given as unknown as Any
      const listener: Any = (name, body) => tell(name, body)
      all = [...all, listener]
      return () => {
        all = without(all, listener)
      }
    },
  }
}

function without<T>(list: readonly T[], gone: T): readonly T[] {
  return list.filter((one) => one !== gone)
}
