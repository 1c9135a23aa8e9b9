import { expect, it } from 'vitest'
import { HostsFileError, parseHostsFile } from './hosts-file.ts'

const parse = (text: string) => parseHostsFile(text, 2)

/** What is wrong with it. */
function problemsOf(text: string): readonly string[] {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof HostsFileError) return error.problems
    throw error
  }
  return []
}
const problemsWith = (host: Record<string, unknown>) =>
  problemsOf(JSON.stringify({ hosts: [{ url: 'http://gpu:8188', ...host }] }))

it('reads hosts from YAML', () => {
  const [one, other, ...more] = parse(`
hosts:
  - name: gpu-1
    url: https://gpu.lan/comfy/?token=t
    labels: [sdxl, fast, sdxl]
    slots: 3
    headers:
      Authorization: Bearer abc
  - url: http://gpu-2.lan:8188
`)
  expect(more).toEqual([])
  expect(one).toMatchObject({ hostId: 'gpu-1', labels: ['fast', 'sdxl'], slots: 3 })
  expect(one?.address.call('/queue')).toEqual({
    url: 'https://gpu.lan/comfy/queue?token=t',
    headers: { authorization: 'Bearer abc' },
  })
  expect(other).toMatchObject({ hostId: 'gpu-2.lan:8188', labels: [], slots: 2 })
  expect(other?.address.isOpen).toBe(true)
})

it('reads the same from JSON, and a list that is empty', () => {
  const host = { name: 'a', url: 'http://gpu:8188', labels: ['x'] }
  expect(parse(JSON.stringify({ hosts: [host] }))).toMatchObject([{ hostId: 'a', labels: ['x'] }])
  expect(parse('hosts: []')).toEqual([])
})

it.each([
  [{ lables: ['x'] }, /^hosts\[0\]: .*"lables"/],
  [{ name: 'gpu 1' }, /^hosts\[0\]\.name: must be 1 to 64/],
  [{ name: 'x'.repeat(65) }, /^hosts\[0\]\.name: must be 1 to 64/],
  [{ name: '..' }, /^hosts\[0\]\.name: must not be/],
  [{ url: 'gpu:8188' }, /^hosts\[0\]\.url: must be an http/],
  [{ url: 'http://gpu#a' }, /^hosts\[0\]\.url: must not have a #/],
  [{ url: 'http://a:%zz@gpu' }, /^hosts\[0\]\.url: .*percent-encoded/],
  [{ labels: ['a b'] }, /^hosts\[0\]\.labels\[0\]: must be 1 to 64/],
  [{ labels: Array.from({ length: 17 }, (_, n) => `l${n}`) }, /^hosts\[0\]\.labels: /],
  [{ slots: 17 }, /^hosts\[0\]\.slots: /],
  [{ slots: 0 }, /^hosts\[0\]\.slots: /],
  [{ headers: { 'x-n': 7 } }, /^hosts\[0\]\.headers\.x-n: .*string/],
  [{ headers: { 'x-n': 'a\r\nb: c' } }, /^hosts\[0\]\.headers\.x-n: must be a line of ASCII/],
  [{ headers: { 'x n': 'a' } }, /^hosts\[0\]\.headers\.x n: is no header that can be given/],
  [{ headers: { 'X-n': 'a', 'x-N': 'b' } }, /^hosts\[0\]\.headers: has a header twice/],
  [{ headers: { Origin: 'http://a' } }, /^hosts\[0\]\.headers\.Origin: is no header/],
  [
    { url: 'http://me:pw@gpu', headers: { Authorization: 'Bearer a' } },
    /^hosts\[0\]\.headers: user:password in the url and/,
  ],
])('refuses %j and says where', (host, problem) => {
  expect(problemsWith(host)).toEqual([expect.stringMatching(problem)])
})

it.each([
  ['', /expected object/],
  ['- url: http://gpu', /expected object/],
  ['hosts: {}\nmore: 1', /hosts: .*expected array/],
  ['hosts:\n  - url: "http://gpu', /^line \d+ is not YAML/],
  ['hosts: []\nhosts: []', /^line 2 is not YAML \(duplicate key\)/],
  ['hosts:\n  - &a {url: "http://a"}\n  - *a', /aliases/],
])('refuses a file that is something else: %j', (text, problem) => {
  expect(problemsOf(text)[0]).toMatch(problem)
})

it('refuses two hosts with one id or one url', () => {
  const list = (...hosts: object[]) => problemsOf(JSON.stringify({ hosts }))
  const url = 'http://gpu:8188'
  expect(list({ url }, { url: `${url}/` })).toEqual([
    'two hosts have the id gpu:8188: give one a name of its own',
  ])
  expect(list({ name: 'a', url }, { name: 'b', url })).toEqual(['b has the url of another host'])
  expect(list({ name: 'a', url: `${url}?gpu=1` }, { name: 'b', url: `${url}?gpu=2` })).toEqual([])
})

it('refuses several lists in one file, of which it would have to pick one', () => {
  const list = 'hosts:\n  - url: http://gpu:8188\n'
  expect(problemsOf(`${list}---\n${list}`)).toEqual(['line 3 is not YAML (multiple docs)'])
  // a document may begin and end so
  expect(problemsOf(`---\n${list}...\n`)).toEqual([])
})

it('counts problems that are too many to be told', () => {
  const hosts = Array.from({ length: 500 }, () => ({ url: 'gpu', slots: 0 }))
  const problems = problemsOf(JSON.stringify({ hosts }))
  expect(problems).toHaveLength(21)
  expect(problems.at(-1)).toBe('and 980 more')
})

it('never repeats what stands in the file', () => {
  const texts = [
    'hosts:\n  - url: "http://me:hidden@gpu:99999"',
    'hosts:\n  - url: http://me:hidden@gpu#hidden',
    'hosts:\n  - url: "hidden',
    'hosts:\n  - {url: http://gpu, headers: {x-key: "hidden\\nhidden"}}',
    'hosts:\n  - url: http://gpu\n    headers: hidden\n   x: hidden',
    'hosts: [hidden',
    'hosts: *hidden',
    '? hidden: [\n "hidden" : hidden',
  ]
  for (const text of texts) {
    expect(problemsOf(text)).not.toEqual([])
    expect(problemsOf(text).join()).not.toContain('hidden')
  }
})
