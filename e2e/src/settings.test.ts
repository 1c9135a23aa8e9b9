/** `.env.example`, docs/settings.md and the README's table say what the schemas say, no more and no less. */
import { readFileSync } from 'node:fs'
import { API_LIVE_SETTINGS, apiConfigSchema } from '@safelight/api/config'
import { describeSettings } from '@safelight/runtime'
import { WORKER_LIVE_SETTINGS, workerConfigSchema } from '@safelight/worker/config'
import { expect, it } from 'vitest'

interface Setting {
  name: string
  of: string
  preset: string
  required: boolean
  text: string
}

const SCHEMAS = { api: apiConfigSchema, worker: workerConfigSchema }
const settings = collect()

function collect(): Setting[] {
  const found = new Map<string, Setting>()
  for (const [app, schema] of Object.entries(SCHEMAS)) {
    for (const { name, description, default: preset, required } of describeSettings(schema)) {
      const of = found.has(name) ? 'both' : app
      found.set(name, { name, of, preset: preset ?? '', required, text: description })
    }
  }
  return [...found.values()]
}

it('describes every setting', () => {
  expect(settings.length).toBeGreaterThan(15)
  expect(settings.filter(({ text }) => text.length < 10)).toEqual([])
})

/** No worker starts without. */
const TO_FILL_IN: Record<string, string> = { COMFYUI_HOSTS: 'http://127.0.0.1:8188' }

it('has an .env.example with every setting and its default', async () => {
  const blocks = settings.map(({ name, of, preset, text }) => {
    const line = name in TO_FILL_IN ? `${name}=${TO_FILL_IN[name]}` : `# ${name}=${preset}`
    return `# ${text} (${of === 'both' ? 'API and worker' : of})\n${line}\n`
  })
  const head = '# Settings of the API and the workers. What is commented out shows the default.\n'
  await expect([head, ...blocks].join('\n')).toMatchFileSnapshot('../../.env.example')
})

it('has a page with every setting', async () => {
  const rows = settings.map(
    ({ name, of, preset, required, text }) =>
      `| \`${name}\` | ${of} | ${required ? 'required' : preset && `\`${preset}\``} | ${text.replaceAll('|', '\\|')} |`,
  )
  const page = [
    '# Settings',
    '',
    'Environment variables; an empty one counts as not set. Wrong ones are all named at once, and the process does not start. Durations: `500ms`, `30s`, `5m`, `24h`; sizes: `512kb`, `20mb`.',
    '',
    '| setting | of | default | what it is |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## While it runs',
    '',
    'A running process never hears of a change of its environment, but of one in the file that `SAFELIGHT_ENV_FILE` names (`NAME=value` lines, as in `.env`), when it gets a `SIGHUP`: `kill -HUP`, or `ExecReload=` of systemd. What the environment itself says wins, then as at the start. Taken on at once:',
    '',
    `- by an API: ${list(API_LIVE_SETTINGS)}`,
    `- by a worker: ${list(WORKER_LIVE_SETTINGS)}; its hosts come and go with \`SAFELIGHT_HOSTS_FILE\`, which needs no signal`,
    '',
    'Everything else needs a restart, and the log names what has changed and waits for one. Settings that cannot be used change nothing, and the log says why. The weights of owners count for jobs accepted from then on. Without `SAFELIGHT_ENV_FILE` a `SIGHUP` ends the process, as it does when its terminal closes.',
    '',
  ]
  await expect(page.join('\n')).toMatchFileSnapshot('../../docs/settings.md')
})

const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')

it('has a README whose table is true', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (\w+) \| (?:`([^`]*)`)? ?\|/gm)]
  const known = new Map(
    settings.map((setting) => [setting.name, `${setting.of} ${setting.preset}`]),
  )
  expect(rows.length).toBeGreaterThan(6)
  for (const [, name = '', of = '', preset = ''] of rows)
    expect([name, known.get(name)]).toEqual([name, `${of} ${preset}`])
})
