/** deploy/systemd, as systemd itself reads it: no key is misspelt, no value of the wrong kind. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { childEnv } from '@safelight/testkit'
import { expect, inject, it, onTestFinished } from 'vitest'
import { z } from 'zod'

const run = promisify(execFile)
const isThere = await run('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
)
const why = isThere ? '' : ' (skipped: no systemd-analyze on the PATH)'

const outcomeSchema = z.object({ stdout: z.string(), stderr: z.string() })

/** What systemd says of units under these names; nothing when all is well. */
async function verify(units: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'safelight-units-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const paths = Object.keys(units).map((name) => join(folder, name))
  for (const [name, text] of Object.entries(units)) await writeFile(join(folder, name), text)
  // it ends with 1 when it finds something
  const ended: unknown = await run('systemd-analyze', ['verify', '--man=no', ...paths], {
    env: childEnv(),
  }).catch((error: unknown) => error)
  const { stdout, stderr } = outcomeSchema.parse(ended)
  return stdout + stderr
}

async function read(name: string): Promise<string> {
  const text = await readFile(new URL(`../../deploy/systemd/${name}`, import.meta.url), 'utf8')
  // it looks whether the program is there
  return text.replace('/usr/bin/node', process.execPath)
}

it.skipIf(!isThere && !inject('requireAll'))(`are units that systemd takes${why}`, async () => {
  const api = await read('safelight-api.service')
  const worker = await read('safelight-worker@.service')
  const units = { 'safelight-api.service': api, 'safelight-worker@1.service': worker }
  expect(await verify(units)).toBe('')
  const misspelt = { 'safelight-api.service': api.replace('ProtectHome=', 'ProtectHomes=') }
  expect(await verify(misspelt)).toContain('ProtectHomes')
})
