/** `safelight drain` and `safelight resume`: a host out of use, and back. */
import { type Client, RequestError } from '@safelight/client'
import { type ToldHost, takesPrompts } from '@safelight/shared'
import { defineCommand } from '../command.ts'
import { toErrorLine, UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { toPlainText } from '../plain-text.ts'
import { tellsAll, toLeftText, waitUntilLeft } from './what-is-left.ts'

export const drainCommand = defineCommand({
  name: 'drain',
  takes: 'HOST',
  summary: 'keep new jobs from a host; what runs there runs to its end',
  options: {
    reason: { type: 'string', value: 'TEXT', text: 'why, for whoever looks at the list of hosts' },
    wait: {
      type: 'boolean',
      text: 'until nothing of ours is there: its machine may be shut down then',
    },
  },
  notes: [
    'It stays so until `safelight resume`, whatever restarts: the host, its ComfyUI, the workers. Jobs',
    'that no other host may run wait for as long; the answer says so when this was the last one.',
    'Draining again changes the reason, if another is given.',
    'What the host has runs to its end there, and its outputs are fetched from there: --wait says what',
    'is left whenever that changes, and exits with 0 when nothing is. Ctrl-C ends only the waiting.',
  ],
  examples: [
    ['safelight drain gpu-2 --reason "new driver"', 'before it is worked on'],
    ['safelight drain gpu-2 --wait && ssh gpu-2 poweroff', 'nothing is lost with the machine'],
    ['safelight resume gpu-2', 'and back into use'],
  ],
  async act({ values: { reason, wait }, positionals }, { client, io, urlOption }) {
    const { host: known, others } = await findHost(client, positionals)
    if (wait && !tellsAll(known))
      throw new UsageError('--wait is for a server that tells what is fetched: this one is older')
    const why = reason ?? known.drain?.reason ?? undefined
    const host = await client.hosts.drain(known.id, why === undefined ? {} : { reason: why })
    const resumeCommand = `safelight resume ${host.id}${urlOption}`
    io.stdout.write(`${toStateText(host)}\n${toLeftText(host)}\n`)
    const alone = toAloneText(host, others)
    if (alone) io.stderr.write(`${toErrorLine(`${alone}: they wait until \`${resumeCommand}\``)}\n`)
    return wait ? waitUntilLeft(host, { client, io, resumeCommand }) : EXIT.ok
  },
})

export const resumeCommand = defineCommand({
  name: 'resume',
  takes: 'HOST',
  summary: 'give a drained host jobs again',
  options: {},
  notes: ['A host that is not drained stays as it is; the answer says how that is.'],
  examples: [['safelight resume gpu-2', 'when it is mended']],
  async act({ positionals }, { client, io }) {
    const { host: known } = await findHost(client, positionals)
    const host = await client.hosts.resume(known.id)
    const unchanged = known.drain ? '' : `${host.id} was not drained\n`
    io.stdout.write(`${unchanged}${toStateText(host)}\n`)
    return EXIT.ok
  },
})

const SHOWN = 10

/** @throws RequestError that says which hosts there are */
async function findHost(
  client: Client,
  [given, ...more]: readonly string[],
): Promise<{ host: ToldHost; others: ToldHost[] }> {
  if (!given || more.length > 0) {
    throw new UsageError('which host? Name one, as `safelight hosts` shows it')
  }
  const hosts = await client.hosts.list()
  const host = hosts.find(({ id }) => id === given)
  if (host) return { host, others: hosts.filter(({ id }) => id !== given) }
  const names = hosts.slice(0, SHOWN).map(({ id }) => id)
  const rest = hosts.length > SHOWN ? ` and ${hosts.length - SHOWN} more` : ''
  const there = names.length > 0 ? `; there are ${names.join(', ')}${rest}` : ''
  throw new RequestError('not_found', `there is no host '${given}'${there}`)
}

/** `gpu-2 draining: new driver`; worse news does not hide a drain. */
function toStateText({ id, state, reason, drain }: ToldHost): string {
  const drained = drain && state !== 'draining' ? ', drained, too' : ''
  return toPlainText(`${id} ${state}${drained}: ${reason.message}`)
}

/** Of which pools it was the last host that takes jobs; null when others go on with all of them. */
function toAloneText({ labels }: ToldHost, others: readonly ToldHost[]): string | null {
  const taking = others.filter(({ state }) => takesPrompts(state))
  if (taking.length === 0) return 'no other host takes jobs now'
  const alone = labels.filter((label) => !taking.some((host) => host.labels.includes(label)))
  return alone.length === 0 ? null : `no other host takes jobs of pool ${alone.join(', ')}`
}
