/**
 * The client library's way to the primary through Sentinels, with one fault mended. To hear of a failover while the
 * old primary's connection stays open, it listens to the Sentinels; but it went on listening for a connection that was
 * gone already, and then the news of the failover called off the very connection that was being made to the new
 * primary. Such a client was closed for good, and said so to nobody.
 */
import { SentinelConnector } from 'ioredis'

type Connect = SentinelConnector['connect']

export class PatientSentinelConnector extends SentinelConnector {
  constructor(options: unknown) {
    // the library hands over the client's own options, whatever its types say of them
    super(options as ConstructorParameters<typeof SentinelConnector>[0])
  }

  override connect(...args: Parameters<Connect>): ReturnType<Connect> {
    // private to the library; when it has another name one day, the test of the failover fails
    const listener: unknown = Reflect.get(this, 'failoverDetector')
    if (hasCleanup(listener)) listener.cleanup()
    return super.connect(...args)
  }
}

function hasCleanup(value: unknown): value is { cleanup(): void } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'cleanup' in value &&
    typeof value.cleanup === 'function'
  )
}
