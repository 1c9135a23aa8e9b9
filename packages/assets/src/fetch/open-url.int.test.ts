import { createServer, type RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { FetchRefused } from './fetch-refused.ts'
import { type Address, openUrl, type OpenUrlOptions } from './open-url.ts'
import { isPublicAddress } from './public-address.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** Counts its visitors. */
async function serve(answer: RequestListener, host = '127.0.0.1') {
  const server = createServer(answer)
  let visits = 0
  server.on('connection', () => (visits += 1))
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, url: `http://${host}:${port}`, visits: () => visits }
}

const open = (url: string, options: Partial<OpenUrlOptions> = {}) =>
  openUrl(url, {
    allowHttp: true,
    mayReach: () => true,
    signal: AbortSignal.timeout(5_000),
    ...options,
  })

/** What an attempt was refused for, and that it names no more than that. */
async function refusal(url: string, options: Partial<OpenUrlOptions> = {}) {
  const error: unknown = await open(url, options).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof FetchRefused)) throw new Error(`not refused: ${String(error)}`)
  expect(error.message).not.toMatch(/127\.0\.0|secret|\d+\.\d+\.\d+/)
  return error.problem
}

/** As without FETCH_ALLOW_PRIVATE. */
const STRICT = { allowHttp: false, mayReach: isPublicAddress }

const at =
  (...addresses: string[]) =>
  async (): Promise<Address[]> =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('a url', () => {
  it('is opened as a stranger would: no cookies, no credentials, not compressed', async () => {
    const asked: unknown[] = []
    const { url } = await serve((request, response) => {
      asked.push(request.headers)
      response.setHeader('content-type', 'image/png').end('bytes')
    })
    const opened = await open(`${url}/a.png?secret=1`)
    expect(await text(opened.body)).toBe('bytes')
    expect(opened).toMatchObject({ contentType: 'image/png', size: 5 })
    expect(asked).toMatchObject([{ 'accept-encoding': 'identity', 'user-agent': 'safelight' }])
    expect(Object.keys(Object(asked[0]))).not.toEqual(
      expect.arrayContaining(['cookie', 'authorization', 'referer']),
    )
  })

  it.each([
    'ftp://a.example/x',
    'file:///etc/passwd',
    'data:text/plain,x',
    'http://a.example/x',
    'https://user:secret@a.example/x',
    'https://',
    'a.png',
    '',
  ])('%j is none that is fetched', async (url) => {
    expect(await refusal(url, { ...STRICT, lookup: at('8.8.8.8') })).toBe('invalid_url')
  })

  it.each([
    'https://127.0.0.1/x',
    'https://0x7f.1/x',
    'https://2130706433/x',
    'https://[::1]/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://169.254.169.254/latest/meta-data',
    'https://a.example:6379/x',
    'https://a.example:22/x',
  ])('%j does not lead to the public internet', async (url) => {
    expect(await refusal(url, { ...STRICT, lookup: at('8.8.8.8') })).toBe('not_public')
  })

  it.each([
    [['127.0.0.1']],
    [['8.8.8.8', '10.0.0.1']],
    [['2606:4700::1', '::1']],
    [['8.8.8.8', '::ffff:10.0.0.1']],
  ])('is not public when its name leads to %j', async (addresses) => {
    const url = 'https://a.example/x?secret=1'
    expect(await refusal(url, { ...STRICT, lookup: at(...addresses) })).toBe('not_public')
  })

  it('whose name leads nowhere cannot be reached', async () => {
    expect(await refusal('https://a.example/x', { lookup: at() })).toBe('unreachable')
    const lookup = () => Promise.reject(new Error('ENOTFOUND 10.0.0.7'))
    expect(await refusal('https://a.example/x', { lookup })).toBe('unreachable')
  })

  it('is connected to where its name led when it was looked at, and not once more', async () => {
    const wanted = await serve((_request, response) => void response.end('wanted'))
    let looks = 0
    const lookup = async (): Promise<Address[]> => {
      looks += 1
      // a name that leads elsewhere for whoever asks again
      return [{ address: looks === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]
    }
    const opened = await open(`http://rebind.example:${wanted.port}/x`, { lookup })
    expect(await text(opened.body)).toBe('wanted')
    expect(looks).toBe(1)
  })
})

describe('redirects', () => {
  it('are looked at like the first: what leads to where it may not is not asked', async () => {
    const inside = await serve((_request, response) => void response.end('metadata'), '127.0.0.2')
    const outside = await serve((request, response) => {
      const isName = request.url === '/name'
      const location = isName ? inside.url.replace('127.0.0.2', 'inside') : inside.url
      response.writeHead(302, { location }).end()
    })
    const options = {
      mayReach: (address: string) => address === '127.0.0.1',
      lookup: at('127.0.0.2'),
    }
    expect(await refusal(outside.url, options)).toBe('not_public')
    expect(await refusal(`${outside.url}/name`, options)).toBe('not_public')
    expect([outside.visits(), inside.visits()]).toEqual([2, 0])
  })

  it('are followed three times', async () => {
    const { url } = await serve((request, response) => {
      const hop = Number(request.url?.slice(1))
      if (hop === 0) response.end('there')
      else response.writeHead(302, { location: `/${hop - 1}` }).end()
    })
    const opened = await open(`${url}/3`)
    expect(await text(opened.body)).toBe('there')
    expect(opened.url.pathname).toBe('/0')
    expect(await refusal(`${url}/4`)).toBe('too_many_redirects')
  })

  it.each(['file:///etc/passwd', 'http://user:secret@127.0.0.1/', ''])(
    'to %j are not followed',
    async (location) => {
      const { url } = await serve((_request, response) => {
        response.writeHead(302, location === '' ? {} : { location }).end()
      })
      expect(await refusal(url)).toBe('invalid_url')
    },
  )
})

it('a server that wants to speak another protocol cannot be reached', async () => {
  const { url } = await serve(({ socket }) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nhello')
  })
  expect(await refusal(url)).toBe('unreachable')
})

it('a name that is looked up for too long ends with the time for it', async () => {
  const late = new AbortController()
  const lookup = () => new Promise<never>(() => undefined)
  const opening = open('https://a.example/x', { lookup, signal: late.signal })
  late.abort(new Error('late'))
  await expect(opening).rejects.toThrow('late')
  await expect(open('https://a.example/x', { lookup, signal: late.signal })).rejects.toThrow('late')
})

it.each([
  [404, {}, 'refused'],
  [206, {}, 'refused'],
  [204, {}, 'refused'],
  [200, { 'content-encoding': 'gzip' }, 'encoded'],
] as const)('an answer %i with %j is %s', async (status, headers, problem) => {
  const { url } = await serve(
    (_request, response) => void response.writeHead(status, headers).end(),
  )
  expect(await refusal(url)).toBe(problem)
})
