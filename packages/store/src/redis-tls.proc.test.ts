/** A real redis-server that speaks TLS and wants a certificate of its clients; ours are made by openssl. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readRedisTls } from '@safelight/runtime'
import { childEnv, createRedisServer, findFreePort, findRedisServer } from '@safelight/testkit'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { closeRedis, createRedis, whenReady } from './redis.ts'

const binary = findRedisServer()
const hasOpenssl = spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0
const missing = [...(binary ? [] : ['redis-server']), ...(hasOpenssl ? [] : ['openssl'])]
const why = missing.length > 0 ? ` (skipped: no ${missing.join(' and no ')} on the PATH)` : ''

describe.skipIf(missing.length > 0 && !inject('requireAll'))(`Redis behind TLS${why}`, () => {
  let folder = ''
  let url = ''
  let close = async () => {}
  const file = (name: string) => join(folder, name)
  const files = (ca = 'ca') => ({ REDIS_URL: url, REDIS_CA_FILE: file(`${ca}.crt`) })
  const shown = (name = 'app') => ({
    REDIS_CERT_FILE: file(`${name}.crt`),
    REDIS_KEY_FILE: file(`${name}.key`),
  })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'safelight-tls-'))
    for (const name of ['ca', 'other-ca']) vouchFor(folder, name, null)
    for (const name of ['server', 'app']) vouchFor(folder, name, 'ca')
    const port = await findFreePort()
    const settings = {
      'tls-port': String(port),
      'tls-ca-cert-file': file('ca.crt'),
      'tls-cert-file': file('server.crt'),
      'tls-key-file': file('server.key'),
      'tls-auth-clients': 'yes',
    }
    const options = { binary: binary ?? 'redis-server', folder, env: childEnv(), settings }
    const server = await createRedisServer(options)
    close = () => server.close()
    await server.start()
    url = `rediss://127.0.0.1:${port}`
  })
  afterAll(async () => {
    await close()
    await rm(folder, { recursive: true, force: true })
  })

  /** @returns what it answers, or the code of why there is no connection */
  async function tryIt(settings: Record<string, string>): Promise<string> {
    const tls = readRedisTls({ REDIS_URL: url, ...settings }, {})
    const redis = createRedis(url, 'worker', { emit: () => undefined, tls })
    onTestFinished(() => closeRedis(redis))
    const refused = new Promise<string>((resolve) => {
      redis.on('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message))
    })
    return Promise.race([refused, whenReady(redis).then(() => redis.ping())])
  }

  it('answers who knows its authority and shows a certificate, and on connections made from that one', async () => {
    expect(await tryIt({ ...files(), ...shown() })).toBe('PONG')
    const tls = readRedisTls({ ...files(), ...shown() }, {})
    const redis = createRedis(url, 'worker', { emit: () => undefined, tls })
    const copy = redis.duplicate()
    onTestFinished(() => Promise.all([closeRedis(redis), closeRedis(copy)]).then(() => undefined))
    expect(await copy.ping()).toBe('PONG')
  })

  it('is not believed by who knows another authority, or none of ours', async () => {
    const unknown = /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|DEPTH_ZERO|CERT_SIGNATURE_FAILURE)/
    expect(await tryIt({ ...files('other-ca'), ...shown() })).toMatch(unknown)
    expect(await tryIt(shown())).toMatch(unknown)
  })

  it('is not to be had without a certificate', async () => {
    expect(await tryIt(files())).not.toBe('PONG')
  })

  it.each([
    ['a file that is not there', () => files('nowhere'), 'REDIS_CA_FILE: cannot be read (ENOENT)'],
    [
      'half of a pair',
      () => ({ ...files(), REDIS_KEY_FILE: file('app.key') }),
      'REDIS_CERT_FILE: it and REDIS_KEY_FILE go together',
    ],
    [
      'the key of another certificate',
      () => ({ ...files(), ...shown(), REDIS_KEY_FILE: file('server.key') }),
      'cannot be used',
    ],
    [
      'a Redis without TLS',
      () => ({ ...files(), REDIS_URL: 'redis://127.0.0.1:6379' }),
      'REDIS_CA_FILE: is for a REDIS_URL with rediss:// only',
    ],
  ])('does not start with %s, and says why', (_, settings, problem) => {
    expect(() => readRedisTls(settings(), {})).toThrow(problem)
  })
})

/** Makes a key and a certificate: an authority of its own, or one that another vouches for. */
function vouchFor(folder: string, name: string, authority: string | null): void {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  const by = authority ? ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`] : []
  const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout ${name}.key -out ${name}.crt`
  execFileSync('openssl', [...made.split(' '), ...subject, ...by], { cwd: folder, stdio: 'pipe' })
}
