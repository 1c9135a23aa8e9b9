/** The command line as it is used, against a real server; where a process of its own shows more, it is built and one. */
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { readTestConfig, until } from '@safelight/testkit'
import { type CliDesk, LONG, shareCliDesk } from './testing/cli-desk.ts'
import { hasScript, onTerminal, runSafelight, SAFELIGHT } from './testing/safelight.ts'
import { raising, slow } from './testing/workflows.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/text-to-image.json', import.meta.url))

const PICTURE = fileURLToPath(new URL('../../examples/lighthouse.png', import.meta.url))
const PICTURE_TO_PICTURE = fileURLToPath(
  new URL('../../examples/picture-to-picture.json', import.meta.url),
)

// every test starts several processes, beside which others may run
vi.setConfig({ testTimeout: 90_000 })

let desk: CliDesk
let url: string
shareCliDesk((opened) => ({ desk, url } = opened))

const safelight = (...args: string[]) => desk.safelight(...args)

describe('run with files', () => {
  it('brings a picture along once, and looks after what is kept', async () => {
    const put = ['--input', `10.image=${PICTURE}`, '-i', '3.steps=2', '-i', 'Prompt.text=a storm']
    const args = ['run', PICTURE_TO_PICTURE, ...put, '--no-save']
    const first = await safelight(...args)
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' })
    const { id } = await desk.newestJob()
    const { workflow } = await (await fetch(`${url}/api/v2/jobs/${id}/workflow`)).json()
    expect(workflow).toMatchObject({
      '3': { inputs: { steps: 2 } },
      '6': { inputs: { text: 'a storm' } },
      '10': { inputs: { image: { __type: 'core/ASSET', info: { file_path: 'lighthouse.png' } } } },
    })
    // the same once more is the same asset
    const uploaded = await safelight('assets', 'upload', PICTURE)
    expect(uploaded.stdout.trim()).toBe(workflow['10'].inputs.image.info.id)
    const listed = await safelight('assets', 'ls', '--name', 'lighthouse')
    expect(listed.stdout).toMatch(/^ID +TYPE +SIZE[^]*image +46 KB .* lighthouse\.png\n$/)
    const got = await safelight('assets', 'get', uploaded.stdout.trim(), '-o', desk.folder)
    expect(await readFile(got.stdout.trim())).toEqual(await readFile(PICTURE))

    const output = (await desk.newestJob()).outputs[0]?.id ?? ''
    const refused = await safelight('assets', 'rm', output)
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('(asset_in_use)') })
    const removed = await safelight('assets', 'rm', uploaded.stdout.trim())
    expect(removed).toMatchObject({ code: 0, stdout: expect.stringMatching(/ removed\n$/) })
  })
})

describe('run', () => {
  it('changes values, shows plain lines where there is no terminal, and saves the picture', async () => {
    const set = ['--set', '6.text=a lighthouse', '--set', '3.seed=7', '--out', 'pictures/new']
    const { code, stdout, stderr } = await desk.apart('run', EXAMPLE, ...set)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain('\u001B')
    expect(stdout).toMatch(/^● text-to-image .*█.* \d+% .*step \d+\/20/m)
    expect(stdout).toMatch(/^✓ text-to-image .* 100% {2}Complete {6}1 output in .* s$/m)
    const path = stdout.trimEnd().split('\n').at(-1) ?? ''
    expect(path).toMatch(/^pictures\/new\/.+\.png$/)
    expect((await readFile(join(desk.folder, path))).subarray(1, 4).toString()).toBe('PNG')
    const { id } = await desk.newestJob()
    const submitted = await (await fetch(`${url}/api/v2/jobs/${id}/workflow`)).json()
    expect(submitted).toMatchObject({
      workflow: { '6': { inputs: { text: 'a lighthouse' } }, '3': { inputs: { seed: 7 } } },
    })
  })

  it('tells machines one JSON object per line, and the end last', async () => {
    const { code, stdout } = await desk.apart('run', await desk.save(slow()), '--json')
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line))
    expect(code).toBe(0)
    const types = [...new Set(lines.map(({ type }) => type))]
    expect(types).toEqual(['accepted', 'progress', 'output', 'end'])
    const percents = lines.flatMap(({ percent }) => (typeof percent === 'number' ? [percent] : []))
    expect(percents.length).toBeGreaterThan(3)
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    expect(lines.at(-2)).toMatchObject({
      type: 'output',
      path: expect.stringMatching(/^\/.+\.png$/),
    })
    expect(lines.at(-1)).toMatchObject({
      type: 'end',
      status: 'succeeded',
      error: null,
      outputs: 1,
    })
  })

  it('makes several with different seeds, from standard input, and prints only where they are', async () => {
    const args = ['run', '-', '--count', '2', '--quiet', '-o', 'several']
    const example = await readFile(EXAMPLE, 'utf8')
    const { code, stdout, stderr } = await runSafelight(args, { url, cwd: desk.folder }, example)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const paths = stdout.trimEnd().split('\n')
    const pictures = await Promise.all(paths.map((path) => readFile(join(desk.folder, path))))
    expect(pictures).toHaveLength(2)
    expect(pictures[0]?.equals(pictures[1] ?? Buffer.alloc(0))).toBe(false)
  })

  it('fails with the job, and says where and why', async () => {
    const { code, stderr } = await desk.apart('run', await desk.save(raising('value_error')))
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^safelight: workflow-\d+ \([\w-]+\) failed in node 2 TraceRaise: .+ \(node_execution_error\)\n$/,
    )
  })

  it('says what is wrong with a workflow that is refused, node by node', async () => {
    const workflow = slow()
    const path = await desk.save({ ...workflow, '2': { class_type: 'NoSuchNode', inputs: {} } })
    const { code, stdout, stderr } = await safelight('run', path)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(
      /^safelight: workflow-\d+: the workflow is invalid \(invalid_workflow\)\n {2}node 2 NoSuchNode: .+\n$/,
    )
  })

  it('submits nothing when a value does not fit', async () => {
    const { code, stderr } = await safelight('run', EXAMPLE, '--set', '3.sed=1')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^safelight: .*node 3 KSampler has no input 'sed'; it has .*seed/)
  })

  it('says when nobody is there, and does not try for long', async () => {
    const { code, stderr } = await safelight('run', EXAMPLE, '--url', 'http://127.0.0.1:9')
    expect(code).toBe(3)
    expect(stderr).toMatch(/^safelight: nothing answers at .*:9; .*\(unreachable\)\n$/)
  })
})

it('hosts are listed with state, memory and reason, and as JSON; drained and put back', async () => {
  const { stdout } = await safelight('hosts')
  expect(stdout).toMatch(/^HOST +STATE +JOB +QUEUE +VRAM FREE +LAST HOUR +MODELS +LABELS +REASON\n/)
  expect(stdout).toMatch(/127\.0\.0\.1:\d+ +(ready|busy) .* of [\d.]+ GB /)
  const [host] = (await safelight('hosts', '--json')).stdout.split('\n')
  const { id } = JSON.parse(host ?? '') as { id: string }
  expect(id).toContain('127.0.0.1')
  const drained = await safelight('drain', id, '--reason', 'to try it')
  expect(drained).toMatchObject({ code: 0, stderr: expect.stringContaining(`resume ${id}`) })
  expect(drained.stdout).toContain(`${id} draining: to try it\n`)
  expect((await safelight('resume', id)).stdout).toMatch(new RegExp(`^${id} (ready|busy): `))
})

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves the job running where nobody can be asked, and names it: %s',
    async (signal) => {
      const path = await desk.save(slow(LONG))
      const command = desk.start(['run', path])
      await command.untilSaid('●')
      command.child.kill(signal)
      const { code, stderr } = await command.ended
      expect(code).toBe(130)
      const [, jobId = ''] =
        stderr.match(/^safelight: the job goes on; watch again: safelight watch ([\w-]+)\n$/) ?? []
      expect(await desk.statusOf(jobId)).toBe('running')
      expect((await safelight('cancel', jobId)).code).toBe(0)
    },
  )

  const noScript = !hasScript() && !readTestConfig().requireAll

  describe.skipIf(noScript)('on a terminal (needs util-linux’s script, which is not here)', () => {
    const startOnTerminal = (path: string) => desk.start([], onTerminal('run', path))

    it('asks, and cancels the job before it ends', async () => {
      const command = startOnTerminal(await desk.save(slow(LONG)))
      await command.untilSaid('●')
      command.type('\u0003')
      await command.untilSaid('[c/l/g]')
      command.type('g')
      const { length } = command.said()
      await until(() => command.said().slice(length).includes('%'), { what: 'it goes on' })
      command.type('\u0003')
      await until(() => command.said().slice(length).includes('[c/l/g]'), { what: 'it asks again' })
      command.type('c')
      const { code, stdout } = await command.ended
      expect(code).toBe(4)
      expect(stdout).toContain('Canceled')
      expect(stdout.lastIndexOf('\u001B[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001B[?25l'))
      expect((await desk.newestJob()).status).toBe('canceled')
    })

    it('leaves at once when it comes twice', async () => {
      const command = startOnTerminal(await desk.save(slow(LONG)))
      await command.untilSaid('●')
      command.type('\u0003')
      await command.untilSaid('[c/l/g]')
      command.type('\u0003')
      const { code, stdout } = await command.ended
      expect(code).toBe(130)
      const [, jobId = ''] = stdout.match(/safelight watch ([\w-]+)/) ?? []
      expect(await desk.statusOf(jobId)).toBe('running')
      expect((await safelight('cancel', jobId)).code).toBe(0)
    })
  })
})

it('that is not built says how to build it', async () => {
  const bin = join(desk.folder, 'unbuilt')
  await mkdir(bin)
  await copyFile(SAFELIGHT, join(bin, 'safelight.mjs'))
  const command = [process.execPath, join(bin, 'safelight.mjs')] as const
  expect(await runSafelight([], { url, command })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'safelight: it is not built yet: run `npm run build`\n',
  })
})
