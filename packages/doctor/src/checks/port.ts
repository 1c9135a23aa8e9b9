/** Whether the port is free, or ours already. */
import { createServer } from 'node:net'
import type { AdminConfig } from '@safelight/runtime'
import { type Check, fail, ok, toWord } from '../check.ts'

export interface PortCheck {
  /** Setting that names it. */
  setting: string
  host: string
  port: number
}

export function portCheck({ setting, host, port }: PortCheck): Check {
  const name = setting.toLowerCase()
  return {
    name,
    async run(signal) {
      if (port === 0) return [ok(name, 'any free one is taken')]
      const problem = await tryToListen(host, port)
      if (problem === null) return [ok(name, `${port} is free`)]
      if (problem === 'EADDRINUSE' && (await isOurs({ host, port }, signal)))
        return [ok(name, `${port} is taken by a Safelight that runs`)]
      return [
        fail(name, {
          found: `${port} cannot be listened on (${problem})`,
          advice:
            problem === 'EADDRINUSE'
              ? `stop whoever listens there, or set ${setting} to another`
              : 'see whether the address is one of this machine, and the port above 1023',
        }),
      ]
    },
  }
}

/** One that was not set may be taken: then it is another. */
export function adminPortChecks({
  ADMIN_HOST: host,
  ADMIN_PORT: port,
}: Pick<AdminConfig, 'ADMIN_HOST' | 'ADMIN_PORT'>): Check[] {
  return typeof port === 'number' ? [portCheck({ setting: 'ADMIN_PORT', host, port })] : []
}

/** @returns what is wrong, or null */
async function tryToListen(host: string, port: number): Promise<string | null> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(toWord(error)))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}

/** By what both the API and the admin ports answer to anybody. */
async function isOurs(
  { host, port }: Omit<PortCheck, 'setting'>,
  signal: AbortSignal,
): Promise<boolean> {
  // who listens on all addresses is asked on the loopback
  const at = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : bracketed(host)
  try {
    const response = await fetch(`http://${at}:${port}/livez`, { signal })
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null && 'status' in body
  } catch {
    return false
  }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
