/** Whether hosts that serve the same jobs are alike: a job that only some can run waits for those. */
import type { FileChoice } from '@safelight/comfyui'
import { type Finding, ok, warn } from '@safelight/doctor'
import { toLine } from '@safelight/shared'
import { ANY_POOL, servesPool, toLabel } from '@safelight/store'
import type { SeenHost } from './look-at-host.ts'

const SHOWN = 3
/** Characters of a name: hosts may say anything. */
const NAME_MAX = 100

export function compareHosts(hosts: readonly SeenHost[]): Finding[] {
  const pools = [ANY_POOL, ...new Set(hosts.flatMap(({ labels }) => labels))]
  const findings = pools.flatMap((pool) => {
    const serving = hosts.filter((host) => servesPool(host, pool))
    const name = toLabel(pool)
    // hosts with labels are meant to differ from others
    const isApart = name === null && hosts.some(({ labels }) => labels.length > 0)
    return serving.length < 2 || isApart ? [] : comparePool(serving, name)
  })
  return findings.length > 0 ? findings : [ok('hosts', 'none that serves the same pool differs')]
}

function comparePool(hosts: readonly SeenHost[], pool: string | null): Finding[] {
  const check = pool === null ? 'hosts' : `hosts of ${pool}`
  const versions = new Set(hosts.map(({ version }) => version))
  return [
    ...(versions.size > 1
      ? [
          warn(check, {
            found: `have ${versions.size} versions of ComfyUI: ${[...versions].sort().join(', ')}`,
            advice: 'the same workflow may give other pictures: bring them to one version',
          }),
        ]
      : []),
    ...differ(hosts, {
      check,
      what: 'node classes',
      namesOf: ({ classes }) => Object.keys(classes),
      advice: 'install the same custom nodes on all, or give the hosts labels',
    }),
    ...differ(hosts, {
      check,
      what: 'files in lists of models',
      namesOf: ({ files }) => [...files.values()].flatMap((inputs) => listed(inputs)),
      advice: 'copy the models to all, or give the hosts labels',
    }),
  ]
}

/** What users upload goes to whichever host runs their job. */
function listed(inputs: ReadonlyMap<string, FileChoice>): string[] {
  return [...inputs.values()].flatMap(({ names, uploads }) => (uploads ? [] : [...names]))
}

interface Aspect {
  check: string
  what: string
  namesOf: (host: SeenHost) => readonly string[]
  advice: string
}

/** What some have and others lack. */
function differ(hosts: readonly SeenHost[], { check, what, namesOf, advice }: Aspect): Finding[] {
  const having = new Map<string, number>()
  for (const host of hosts)
    for (const name of new Set(namesOf(host))) having.set(name, (having.get(name) ?? 0) + 1)
  const missing = [...having].filter(([, count]) => count < hosts.length).map(([name]) => name)
  if (missing.length === 0) return []
  const shown = missing
    .sort()
    .slice(0, SHOWN)
    .map((name) => `'${toLine(name, NAME_MAX)}'`)
  const rest = missing.length - shown.length
  const names = `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
  return [warn(check, { found: `only some have these ${what}: ${names}`, advice })]
}
