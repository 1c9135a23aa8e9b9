/** docs/events.md names the events that the code has, with what it says of each. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const SOURCES = new URL('../../packages/runtime/src/events/', import.meta.url)
const events = readEvents(
  ['process-events.ts', 'api-events.ts']
    .map((file) => readFileSync(new URL(file, SOURCES), 'utf8'))
    .join('\n'),
)

interface EventDescription {
  of: string
  name: string
  text: string
  body: string
}

/** As the source is written: one interface for each kind of process, a docstring or none, the name and the body. */
function readEvents(source: string): EventDescription[] {
  const blocks = new Map(
    [...source.matchAll(/^(?:export )?interface (\w+)[^{]*\{\n(.*?)^\}/gms)].map(
      ([, name = '', body = '']) => [name, body],
    ),
  )
  return ['CommonEvents', 'WorkerEvents', 'ApiEvents'].flatMap((of) =>
    [
      ...(blocks.get(of) ?? '').matchAll(
        /^ {2}(?:\/\*\* ([^\n]*) \*\/\n {2})?'([\w:-]+)': (\{\n.*?^ {2}\}|[^\n]+)$/gms,
      ),
    ].map(([, text = '', name = '', type = '']) => ({
      of,
      name,
      text,
      body: toBody(type, blocks),
    })),
  )
}

/** Fields and their types on one line, without what is said of them. */
function toBody(type: string, blocks: ReadonlyMap<string, string>): string {
  const fields = blocks.get(type) ?? type
  return fields
    .replaceAll(/\/\*\*.*?\*\//gs, '')
    .replace(/^\{(.*)\}$/s, '$1')
    .replaceAll(/\n\s*\|/g, ' |')
    .replaceAll(': |', ':')
    .split(/\n|; /)
    .map((line) => line.trim())
    .filter(Boolean)
    .join(', ')
    .replaceAll('{,', '{')
    .replaceAll(', }', ' }')
    .replaceAll('readonly ', '')
}

const TITLES: Record<string, string> = {
  CommonEvents: 'Of both',
  WorkerEvents: 'Of a worker',
  ApiEvents: 'Of an API',
}

const HEAD = `# Events of a process

Metrics, traces, most lines of the log and the debug view are made from one thing: what happens in a process, told where it becomes true. Your own code can hear of it as well. These are not the events of a job, which watchers get ([watching.md](watching.md)).

## Your own code

\`SAFELIGHT_LISTENERS=./tell-me.mjs\` names modules, separated by commas, for the API and for workers. The default export of each is called once, before anything has happened; what it returns, if that is a function, is called at the end.

\`\`\`js
// tell-me.mjs
export default ({ app, events, log }) => {
  events.on('attempt:failed', ({ jobId, hostId, cause }) => log.warn({ jobId, hostId, cause }, 'tell somebody'))
  events.onAny((name, body) => { /* all of them, also those that later versions add */ })
  return async () => { /* send what is left */ }
}
\`\`\`

- A listener is called at once, in the middle of the work: let it take no time, and put aside what needs some.
- Nobody waits for it, and what it throws, or a promise it returns is rejected with, stops nothing: \`a listener failed\` is in the log, once for each event, and \`safelight_listener_faults_total\` counts it.
- A module that cannot be loaded keeps the process from starting.
- It runs with all the rights of the process. Leave bodies as they are: others get the same object.

Bodies hold nothing that a user has sent but ids and the names of pools, no path and no token. Times are in ms. Names and fields stay; later versions add some.
`

it('finds all of them', () => {
  expect(events.length).toBeGreaterThan(50)
  expect(new Set(events.map(({ name }) => name)).size).toBe(events.length)
  expect(events.filter(({ body, text }) => body === '' || text === '')).toEqual([])
})

it('has a page with every event', async () => {
  const sections = Object.entries(TITLES).map(([kind, title]) => {
    const rows = events
      .filter(({ of }) => of === kind)
      .map(
        ({ name, text, body }) => `| \`${name}\` | ${text} | \`${body.replaceAll('|', '\\|')}\` |`,
      )
    return [`## ${title}`, '', '| event | when | body |', '| --- | --- | --- |', ...rows, ''].join(
      '\n',
    )
  })
  await expect([HEAD, ...sections].join('\n')).toMatchFileSnapshot('../../docs/events.md')
})
