/** Files that people have, right and wrong. */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestIo } from '../testing/test-io.ts'
import { parseWorkflow, readWorkflowFile } from './read-workflow.ts'

const GRAPH = { '1': { class_type: 'EmptyImage', inputs: { width: 8 } } }
const parse = (content: unknown) => parseWorkflow(JSON.stringify(content), 'x.json')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safelight-cli-'))
  await writeFile(join(folder, 'portrait.JSON'), JSON.stringify(GRAPH))
})
afterAll(() => rm(folder, { recursive: true }))

describe('a file', () => {
  it('holds a graph, and gives the job its name', async () => {
    expect(await readWorkflowFile(join(folder, 'portrait.JSON'), createTestIo().stdin)).toEqual({
      label: 'portrait',
      workflow: GRAPH,
      text: JSON.stringify(GRAPH),
      path: [],
      options: {},
    })
  })

  it('may be standard input', async () => {
    const io = createTestIo()
    const read = readWorkflowFile('-', io.stdin)
    io.type(JSON.stringify(GRAPH).slice(0, 9))
    io.type(JSON.stringify(GRAPH).slice(9))
    io.end()
    expect(await read).toMatchObject({ label: 'stdin', workflow: GRAPH })
  })

  it('that cannot be read is given so', async () => {
    const { stdin } = createTestIo()
    const missing = join(folder, 'no.json')
    await expect(readWorkflowFile(missing, stdin)).rejects.toThrow(
      `${missing} cannot be read: there is no such file`,
    )
    await expect(readWorkflowFile(folder, stdin)).rejects.toThrow('it is a folder')
  })
})

describe('content', () => {
  it('may be what people really have, and is kept to the letter', () => {
    const folder = new URL('../../../../e2e/src/fixtures/cases/', import.meta.url)
    for (const name of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const written = readFileSync(new URL(name, folder), 'utf8')
      const { text, workflow } = parseWorkflow(written, name)
      expect(written).toContain(text)
      expect(Object.keys(workflow).length).toBeGreaterThan(1)
    }
  })

  it('may be a submit body, with its options', () => {
    expect(parse({ workflow: GRAPH, priority: 3, metadata: { a: 1 } })).toEqual({
      workflow: GRAPH,
      text: JSON.stringify(GRAPH),
      path: [],
      options: { priority: 3, metadata: { a: 1 } },
    })
    expect(() => parse({ workflow: GRAPH, priority: 'high' })).toThrow('x.json: priority: ')
    expect(() => parse({ workflow: GRAPH, prio: 1 })).toThrow(/x.json: .*prio/)
  })

  it('may be a body of ComfyUI, begin with a byte order mark, and have notes of any kind', () => {
    const node = { ...GRAPH['1'], _meta: null }
    const body = JSON.stringify({ client_id: 'x', prompt: { '1': node } })
    expect(parseWorkflow(`\uFEFF${body}`, 'x.json')).toMatchObject({
      workflow: { '1': node },
      text: body,
      path: ['prompt'],
    })
    expect(parse({ '1': { ...GRAPH['1'], _meta: { title: 7 } } }).path).toEqual([])
    expect(parse({ workflow: { nodes: [], links: [] }, prompt: GRAPH }).path).toEqual(['prompt'])
  })

  it('may have a node that is called workflow', () => {
    expect(parse({ workflow: GRAPH['1'] }).workflow).toEqual({ workflow: GRAPH['1'] })
  })

  it.each([{ nodes: [], links: [] }, { workflow: { nodes: [], version: 0.4 } }])(
    'in the editor’s format is answered with how to export it: %j',
    (content) => {
      expect(() => parse(content)).toThrow(/as the editor saves it.*Workflow → Export \(API\)/)
    },
  )

  it.each([
    ['', 'x.json is empty'],
    ['{', 'x.json is not valid JSON'],
    ['[]', 'x.json holds no workflow, but a list'],
    ['7', 'x.json holds no workflow, but a number'],
    ['null', 'x.json holds no workflow, but null'],
    ['{}', 'x.json holds no workflow: it has no nodes'],
    ['{"1":{"class_type":"A"}}', 'what is at "1" has no proper inputs'],
    ['{"1":{"inputs":{}}}', 'what is at "1" has no proper class_type'],
    ['{"name":"x"}', 'what is at "name" has no proper class_type and inputs'],
  ])('that is something else is named: %s', (text, message) => {
    expect(() => parseWorkflow(text, 'x.json')).toThrow(message)
  })
})
