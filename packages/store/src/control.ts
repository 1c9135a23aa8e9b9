/** The control channel: nudges to whichever worker has a job, or a host. What is on record counts. */
import { NODE_NAME_MAX } from '@safelight/shared'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from './keys.ts'
import { ask } from './redis-unavailable.ts'

/** Anybody on this Redis may speak here, and hosts are asked for these names. */
const nameSchema = z.string().min(1).max(NODE_NAME_MAX)

export const controlMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('cancel'), jobId: nameSchema }),
  /** A job names files that no host is known to list for these node classes. */
  z.object({ type: z.literal('look'), classes: z.array(nameSchema).max(64) }),
])
export type ControlMessage = z.infer<typeof controlMessageSchema>

export async function publishControl(
  redis: Redis,
  keys: Keys,
  message: ControlMessage,
): Promise<void> {
  await ask(redis.publish(keys.control, JSON.stringify(message)))
}

export interface ControlSubscription {
  /** A client in the role `subscriber`; one subscription per client. */
  subscriber: Redis
  keys: Keys
  onMessage: (message: ControlMessage) => void
}

/** Resolves when messages are being heard. What is not a control message is not heard. */
export async function subscribeControl({
  subscriber,
  keys,
  onMessage,
}: ControlSubscription): Promise<{ close(): Promise<void> }> {
  const listener = (channel: string, text: string) => {
    if (channel !== keys.control) return
    const message = parseMessage(text)
    if (message) onMessage(message)
  }
  subscriber.on('message', listener)
  const close = async () => {
    subscriber.off('message', listener)
    // a connection that is gone has nothing to unsubscribe from
    await subscriber.unsubscribe(keys.control).catch(() => undefined)
  }
  try {
    await ask(subscriber.subscribe(keys.control))
  } catch (error) {
    subscriber.off('message', listener)
    throw error
  }
  return { close }
}

function parseMessage(text: string): ControlMessage | null {
  try {
    return controlMessageSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
