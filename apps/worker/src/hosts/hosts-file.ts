/** The hosts file: a list of hosts as YAML, or JSON, which is YAML as well. What is wrong is said without its values. */
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { findTwins, hostSchema, type HostValue, toHostValue } from './host-value.ts'

const MAX_HOSTS = 1_000
/** Problems that are told one by one; the rest is counted. The log has one line for all of them. */
const SHOWN = 20

const fileSchema = z.strictObject({ hosts: z.array(hostSchema).max(MAX_HOSTS) })

/** The file cannot be used. `problems` repeat nothing of what stands in it but names of fields. */
export class HostsFileError extends Error {
  readonly code = 'invalid_hosts_file'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the hosts file cannot be used: ${problems.join('; ')}`)
    this.name = 'HostsFileError'
    this.problems = problems
  }
}

/**
 * @param slots of a host that does not say how many it has
 * @throws HostsFileError
 */
export function parseHostsFile(text: string, slots: number): HostValue[] {
  const result = fileSchema.safeParse(readYaml(text))
  if (!result.success) throw new HostsFileError(toProblems(result.error.issues))
  const { hosts } = result.data
  const twins = findTwins(hosts)
  if (twins) throw new HostsFileError([twins])
  return hosts.map((host) => toHostValue(host, slots))
}

function readYaml(text: string): unknown {
  const lineCounter = new LineCounter()
  // silent, it would take the first of several documents for all of them
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' })
  const [error] = document.errors
  if (error) {
    // its message shows the line, and that may hold a password
    const { line } = lineCounter.linePos(error.pos[0])
    const what = error.code.toLowerCase().replaceAll('_', ' ')
    throw new HostsFileError([`line ${line} is not YAML (${what})`])
  }
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch {
    throw new HostsFileError(['it has aliases (*): write each host out'])
  }
}

function toProblems(issues: readonly z.core.$ZodIssue[]): string[] {
  const problems = issues.slice(0, SHOWN).map(toProblem)
  return issues.length > SHOWN ? [...problems, `and ${issues.length - SHOWN} more`] : problems
}

/** `hosts[2].labels[0]: must be …` */
function toProblem({ path, message, code }: z.core.$ZodIssue): string {
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
  const where = place.join('').replace(/^\./, '')
  const what = code === 'invalid_key' ? 'is no header that can be given' : message
  return where === '' ? what : `${where}: ${what}`
}
