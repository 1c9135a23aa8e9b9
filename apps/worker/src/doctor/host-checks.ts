/** A check for each host, and one for all of them together. */
import { createHostPool, HostError, type HostErrorCode, toFeatures } from '@safelight/comfyui'
import { type Check, fail, type Finding, ok, warn } from '@safelight/doctor'
import { toLine } from '@safelight/shared'
import type { HostValue } from '../hosts/host-value.ts'
import { compareHosts } from './compare-hosts.ts'
import { lookAtHost, type SeenHost } from './look-at-host.ts'

const CALL_MS = 15_000
/** The header has whole seconds. */
const CLOCK_MS = 5_000

const ADVICE: Partial<Record<HostErrorCode, string>> = {
  unreachable: 'see whether it runs, and whether its url leads to it from here',
  timeout: 'see what keeps it: a model that loads may take a minute, a dead process for ever',
  unauthorized: 'put its user and password, token or headers right (docs/hosts-file.md)',
}

export function hostChecks(hosts: readonly HostValue[]): Check[] {
  if (hosts.length === 0) {
    const advice = 'write hosts into SAFELIGHT_HOSTS_FILE: jobs wait until there is one'
    const empty = [warn('hosts', { found: 'the list is empty', advice })]
    return [{ name: 'hosts', run: async () => empty }]
  }
  const looks = new Map<string, Promise<SeenHost>>()
  /** Each is asked once, for both checks. */
  function look(host: HostValue, signal: AbortSignal): Promise<SeenHost> {
    const known = looks.get(host.hostId)
    if (known) return known
    const looking = lookOnce(host, signal)
    looks.set(host.hostId, looking)
    return looking
  }
  return [
    ...hosts.map((host) => ({
      name: `host ${host.hostId}`,
      run: (signal: AbortSignal) => checkHost(`host ${host.hostId}`, () => look(host, signal)),
    })),
    {
      name: 'hosts',
      async run(signal) {
        const seen = await Promise.allSettled(hosts.map((host) => look(host, signal)))
        return compareHosts(seen.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : [])))
      },
    },
  ]
}

/** @throws HostError */
async function lookOnce(host: HostValue, signal: AbortSignal): Promise<SeenHost> {
  const pool = createHostPool()
  try {
    return await lookAtHost(host, { pool, signal, timeoutMs: CALL_MS })
  } finally {
    await pool.close()
  }
}

async function checkHost(check: string, look: () => Promise<SeenHost>): Promise<Finding[]> {
  try {
    return judge(check, await look())
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    const advice = ADVICE[error.code] ?? 'see whether it is a ComfyUI that stands there'
    const status = error.status === null ? '' : ` ${error.status}`
    return [fail(check, { found: `${error.code}${status}`, advice })]
  }
}

function judge(
  check: string,
  { version, devices, clockMs, previews, classes }: SeenHost,
): Finding[] {
  const count = Object.keys(classes).length
  const name = version === '' ? 'of an unknown version' : toLine(version)
  const features = toFeatures(version)
  const findings: (Finding | false)[] = [
    ok(check, `ComfyUI ${name}, ${devices} devices, ${count} node classes`),
    !features.targetedInterrupt &&
      warn(check, {
        found: 'is so old that it cannot stop one prompt of several',
        advice: 'use ComfyUI 0.3.57 or newer',
      }),
    clockMs !== null &&
      Math.abs(clockMs) > CLOCK_MS &&
      warn(check, {
        found: `its clock is ${Math.round(Math.abs(clockMs) / 1_000)} s ${clockMs > 0 ? 'ahead' : 'behind'}`,
        advice: 'let it follow a time server',
      }),
    previews === false &&
      warn(check, {
        found: 'makes no previews',
        advice: 'start it with --preview-method auto, if people are to see pictures grow',
      }),
  ]
  return findings.filter((finding) => finding !== false)
}
