/** Workers with a host of their own that come for a while and go for good, as an autoscaler has them: each is a new name to everybody. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Cluster, openHostsFile } from '@safelight/testkit'

export interface GuestsOptions {
  cluster: Cluster
  /** Of the host that they all bring. */
  url: string
  stayMs: number
  awayMs: number
  signal: AbortSignal
}

export interface Guests {
  came(): number
  /** That no other has; null while none is there. */
  pool(): string | null
  readonly done: Promise<void>
}

export function startGuests({ cluster, url, stayMs, awayMs, signal }: GuestsOptions): Guests {
  let came = 0
  let isThere = false
  const { path, list } = openHostsFile(cluster.folder)
  const guest = cluster.addWorker({
    COMFYUI_HOSTS: '',
    SAFELIGHT_HOSTS_FILE: path,
    WORKER_NAME: 'guest',
    ADMIN_PORT: 'off',
    NODE_OPTIONS: '',
  })

  async function run(): Promise<void> {
    while (!signal.aborted) {
      came += 1
      await list({ name: `guest-${came}`, url, labels: [toPool(came)] })
      await guest.start()
      isThere = true
      await delay(stayMs, undefined, { signal }).catch(() => undefined)
      isThere = false
      await guest.kill('SIGTERM')
      await guest.ended()
      await delay(awayMs, undefined, { signal }).catch(() => undefined)
    }
  }

  return { came: () => came, pool: () => (isThere ? toPool(came) : null), done: run() }
}

const toPool = (n: number) => `guests-${n}`
