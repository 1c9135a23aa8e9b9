import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withEnvFile } from './env-file.ts'
import { readRedisTls } from './redis-tls.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safelight-env-'))
  file = join(folder, 'safelight.env')
})
afterEach(() => rm(folder, { recursive: true }))

it('adds what the file says to what the environment says, which wins unless it is empty', async () => {
  await writeFile(file, '# ours\nPORT=1\nHOST="a b"\nLOG_LEVEL=debug\nSAFELIGHT_ENV_FILE=/other\n')
  const env = { SAFELIGHT_ENV_FILE: file, PORT: '2', LOG_LEVEL: '' }
  expect(withEnvFile(env)).toEqual({
    SAFELIGHT_ENV_FILE: file,
    PORT: '2',
    HOST: 'a b',
    LOG_LEVEL: 'debug',
  })
})

it('finds the file from where the user stands, and needs none', async () => {
  await writeFile(file, 'PORT=1\n')
  const env = { SAFELIGHT_ENV_FILE: 'safelight.env', INIT_CWD: folder }
  expect(withEnvFile(env)).toMatchObject({ PORT: '1' })
  expect(withEnvFile({ PORT: '3' })).toEqual({ PORT: '3' })
})

it('says what is wrong with the file, without its path', async () => {
  const open = () => withEnvFile({ SAFELIGHT_ENV_FILE: file })
  expect(open).toThrow(/SAFELIGHT_ENV_FILE: cannot be read \(ENOENT\)$/)
  await writeFile(file, 'A=1\n'.repeat(300_000))
  expect(open).toThrow(/SAFELIGHT_ENV_FILE: is larger than 1048576 bytes$/)
})

it('reads no pipe and no device: it would stand still at a SIGHUP, or find none of the settings', () => {
  const problem = /_FILE: is no file$/
  expect(() => withEnvFile({ SAFELIGHT_ENV_FILE: '/dev/zero' })).toThrow(problem)
  expect(() => withEnvFile({ SAFELIGHT_ENV_FILE: folder })).toThrow(problem)
  const config = { REDIS_URL: 'rediss://x', REDIS_CA_FILE: '/dev/zero' }
  expect(() => readRedisTls(config, {})).toThrow(problem)
})
