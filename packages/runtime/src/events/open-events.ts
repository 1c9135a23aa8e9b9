/** The bus of a process: what its listeners throw is told like anything else that happens. */
import type { Logger } from '../logger.ts'
import { createEventBus, type Emit, type EventBus } from './event-bus.ts'
import type { CommonEvents } from './process-events.ts'

export function openEvents<Events extends CommonEvents>(log: Logger): EventBus<Events> {
  /** A listener that is broken is so for every event: a line for each name is enough. */
  const told = new Set<string>()
  const bus = createEventBus<Events>({
    onError(error, event) {
      log[told.has(event) ? 'debug' : 'warn']({ err: error, event }, 'a listener failed')
      told.add(event)
      // who fails at that as well is not told of it again
      if (event !== FAILED) emit(FAILED, { event, error })
    },
  })
  // every process tells of these
  const emit = bus.emit as unknown as Emit<CommonEvents>
  return bus
}

const FAILED = 'listener:failed'
