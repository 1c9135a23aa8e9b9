import { describe, expect, it } from 'vitest'
import { loadTrace, TRACE_VERSIONS } from '@safelight/traces'
import { jsonBytes } from '@safelight/shared'
import { checkWorkflow } from './check-workflow.ts'

const CLASSES = {
  EmptyImage: { output: false, outputs: 1, required: [] },
  SaveImage: { output: true, outputs: 0, required: ['images'] },
}
/** Each needs the next, and the last the first. */
const circleOf = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [String(n), save([String((n + 1) % count), 0])]),
  )
const image = { class_type: 'EmptyImage', inputs: { width: 64 } }
const save = (from: unknown) => ({ class_type: 'SaveImage', inputs: { images: from } })

function problemsOf(candidate: unknown, classes: typeof CLASSES | null = null) {
  const check = checkWorkflow(candidate, { classes })
  if (check.ok) return 'ok'
  const found = Object.entries(check.nodeErrors).map(
    ([id, node]) => `${id} ${node.errors[0]?.type}`,
  )
  return [check.code, ...found].join(', ')
}

describe('checkWorkflow', () => {
  it('accepts a sound graph, with or without a host to ask', () => {
    const graph = { '1': image, '2': save(['1', 0]) }
    expect(checkWorkflow(graph)).toEqual({ ok: true, workflow: graph })
    expect(checkWorkflow(graph, { classes: CLASSES })).toEqual({ ok: true, workflow: graph })
  })

  it('says in ComfyUI’s own word that there is no output', () => {
    expect(checkWorkflow({ '1': image }, { classes: CLASSES })).toMatchObject({
      ok: false,
      code: 'invalid_workflow',
      nodeErrors: {},
      type: 'prompt_no_outputs',
    })
  })

  it('recognises the editor’s save format', () => {
    expect(problemsOf({ nodes: [], links: [], version: 0.4 })).toBe('workflow_format_ui')
  })

  it.each<[string, unknown, string]>([
    ['a list', [1, 2], 'invalid_workflow'],
    ['null', null, 'invalid_workflow'],
    ['nothing at all', {}, 'invalid_workflow'],
    ['a node that is a string', { '1': 'x' }, 'invalid_workflow, 1 invalid_node'],
    ['a node without a class', { '1': { inputs: {} } }, 'invalid_workflow, 1 missing_node_type'],
    [
      'a node without inputs',
      { '1': { class_type: 'EmptyImage' } },
      'invalid_workflow, 1 invalid_node',
    ],
    [
      'inputs of null',
      { '1': { class_type: 'EmptyImage', inputs: null } },
      'invalid_workflow, 1 invalid_node',
    ],
    ['a link to nowhere', { '2': save(['nope', 0]) }, 'invalid_workflow, 2 bad_linked_input'],
    [
      'a link to an inherited name',
      { '2': save(['constructor', 0]) },
      'invalid_workflow, 2 bad_linked_input',
    ],
    ['a link by number', { '1': image, '2': save([1, 0]) }, 'invalid_workflow, 2 bad_linked_input'],
    [
      'a link to half a slot',
      { '1': image, '2': save(['1', 0.5]) },
      'invalid_workflow, 2 bad_linked_input',
    ],
    ['a node that needs itself', { '2': save(['2', 0]) }, 'invalid_workflow, 2 dependency_cycle'],
    [
      'a circle',
      { '1': save(['2', 0]), '2': save(['1', 0]) },
      'invalid_workflow, 1 dependency_cycle',
    ],
    ['notes of the wrong type', { '1': { ...image, _meta: 'x' } }, 'invalid_workflow'],
  ])('refuses %s', (_what, candidate, expected) => {
    expect(problemsOf(candidate)).toBe(expected)
  })

  it('judges classes, slots and outputs only when a host is known', () => {
    const unknown = { '1': { class_type: 'NoSuchNode', inputs: {} }, '2': save(['1', 0]) }
    expect(problemsOf(unknown)).toBe('ok')
    expect(problemsOf(unknown, CLASSES)).toBe('invalid_workflow, 1 missing_node_type')
    expect(problemsOf({ '1': image, '2': save(['1', 7]) }, CLASSES)).toBe(
      'invalid_workflow, 2 bad_linked_input',
    )
    expect(problemsOf({ '1': image }, CLASSES)).toBe('invalid_workflow')
  })

  it('names the node and the reason in its message', () => {
    const check = checkWorkflow({ '12': save(['99', 0]) })
    expect(check).toMatchObject({
      ok: false,
      message: "Node 12 (SaveImage): Input 'images' links to node 99, which does not exist.",
    })
  })

  it('leaves wrapped literal lists alone', () => {
    expect(
      problemsOf({
        '1': {
          class_type: 'EmptyImage',
          inputs: { size: { __value__: [1, 2] }, three: [1, 2, 3] },
        },
      }),
    ).toBe('ok')
  })

  it('refuses graphs that are too large, in nodes or bytes', () => {
    const many = Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [String(index), image]),
    )
    expect(checkWorkflow(many, { limits: { maxNodes: 10 } })).toMatchObject({
      ok: false,
      code: 'invalid_workflow',
    })
    expect(checkWorkflow({ '1': image }, { limits: { maxBytes: 20 } })).toMatchObject({
      ok: false,
      code: 'invalid_workflow',
    })
  })

  it('counts problems beyond the first hundred, and stays small', () => {
    const inputs = Object.fromEntries(
      Array.from({ length: 90_000 }, (_, index) => [`in_${index}`, [`nowhere_${index}`, 0]]),
    )
    const check = checkWorkflow({ '1': { class_type: 'EmptyImage', inputs } })
    expect(check).toMatchObject({
      ok: false,
      moreProblems: 89_900,
      message: expect.stringContaining('… and 89900 more problems'),
    })
    expect(jsonBytes(check)).toBeLessThan(64 * 1024)
  })

  it.each<[string, unknown]>([
    ['an id', { ['i'.repeat(100_000)]: image }],
    ['a class', { '1': { class_type: 'C'.repeat(100_000), inputs: {} } }],
    ['a link', { '1': save(['n'.repeat(100_000), 0]) }],
    ['an input', { '1': { class_type: 'A', inputs: { ['x'.repeat(100_000)]: ['2', 0] } } }],
    ['a circle', circleOf(2_000)],
    [
      'all ids together',
      Object.fromEntries(
        Array.from({ length: 1_000 }, (_, n) => [`${'i'.repeat(200)}${n}`, image]),
      ),
    ],
    [
      'every message',
      Object.fromEntries(Array.from({ length: 200 }, (_, n) => [n, save(['n'.repeat(10_000), 0])])),
    ],
  ])('refuses with a small answer where %s is long', (_what, graph) => {
    const check = checkWorkflow(graph)
    expect(check.ok).toBe(false)
    expect(jsonBytes(check)).toBeLessThan(70 * 1024)
  })

  it('does not overflow on a chain of thousands of nodes', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, index) => [
        String(index),
        index === 0 ? image : save([String(index - 1), 0]),
      ]),
    )
    expect(checkWorkflow(chain)).toMatchObject({ ok: true })
  })

  it.each(TRACE_VERSIONS)(
    'refuses what would break a host, and leaves the rest of %s/invalid-graphs to it',
    (version) => {
      const posts = loadTrace(`${version}/invalid-graphs`).lines.flatMap((line) =>
        line.ch === 'http' && line.method === 'POST' ? [line.body] : [],
      )
      const verdicts = posts.map((body) =>
        problemsOf(
          typeof body === 'object' && body !== null && 'prompt' in body ? body.prompt : undefined,
        ),
      )
      expect(verdicts).toEqual([
        'ok', // an unknown class: only a host can tell
        'ok', // a missing input, wrong values, a missing model, an input out of range: the host's to refuse
        'ok',
        'ok',
        'ok',
        'ok', // no output
        'invalid_workflow', // no node
        'ok', // a link of the wrong type
        'invalid_workflow, 1 dependency_cycle',
        'invalid_workflow, 1 missing_node_type',
        'invalid_workflow', // no prompt
        'invalid_workflow', // a list
      ])
    },
  )
})
