import { loadTrace, TRACE_VERSIONS } from '@safelight/traces'
import { describe, expect, it } from 'vitest'
import { isSameChoices, lists, parseFileChoices, withAnew } from './file-choices.ts'

/** One input of one class, as /object_info writes it. */
const info = (spec: unknown, python_module = 'nodes', category = 'required') => ({
  Loader: { input: { [category]: { name: spec } }, python_module },
})
const parse = (answer: unknown, checksCombos = true) => parseFileChoices(answer, { checksCombos })
const choiceOf = (answer: unknown, checksCombos = true) =>
  parse(answer, checksCombos).get('Loader')?.get('name')
const combo = (options: unknown, more: object = {}) => ['COMBO', { options, ...more }]
const FILES = ['a.safetensors', 'SDXL/b.ckpt']

describe('a choice of files', () => {
  it.each<[string, unknown]>([
    ['a list in place of the type', [FILES, { tooltip: 'The model.' }]],
    ['a list without options', [FILES]],
    ['the options of a COMBO', combo(FILES, { multiselect: false, control_after_generate: true })],
    ['a list with what is no file', [['None', 'Baked VAE', ...FILES]]],
  ])('is read from %s', (_what, spec) => {
    const choice = choiceOf(info(spec))
    for (const file of FILES) expect(choice?.names.has(file)).toBe(true)
    expect(choice?.strict).toBe(true)
    expect(choiceOf(info(spec, 'nodes', 'optional'))).toEqual(choice)
  })

  it.each<[string, unknown]>([
    ['samplers', [['euler', 'dpmpp_2m', 'edm_playground_v2.5']]],
    ['pictures', [['example.png', 'mask.webp']]],
    ['sounds', combo([], { audio_upload: true })],
    ['3D models that users upload', [['a.bin'], { file_upload: true }]],
    ['what the page fetches', combo(FILES, { remote: { route: '/internal/files/output' } })],
    ['what the page fetches since later', combo(FILES, { remote_combo: { route: '/x' } })],
    ['objects, compared by a node in its own way', [[{ content: 'a.safetensors', image: null }]]],
    ['numbers', [[1, 2]]],
    ['a type', ['MODEL']],
    ['options that are none', combo('a.safetensors')],
    ['nothing', null],
    ['no list', {}],
  ])('is not one of %s', (_what, spec) => {
    expect(choiceOf(info(spec))).toBeUndefined()
  })

  it('lists no file while its folder is empty', () => {
    const choices = parse(info([[]]))
    const need = { className: 'Loader', input: 'name', file: 'a.safetensors' }
    expect(lists(choices, need)).toBe(false)
    expect(lists(choices, { ...need, input: 'other' })).toBeNull()
    expect(lists(choices, { ...need, className: 'Other' })).toBeNull()
  })

  it('is one also where a loader has nothing but what is built in', () => {
    const VAE = {
      VAELoader: { input: { required: { vae_name: [['pixel_space']] } }, python_module: 'nodes' },
    }
    const need = { className: 'VAELoader', input: 'vae_name', file: 'ae.safetensors' }
    expect(lists(parse(VAE), need)).toBe(false)
  })

  it('is compared to the letter, but for the slashes of its folders', () => {
    const choices = parse(info([['SDXL\\b.ckpt', 'c.ckpt']]))
    const listed = (file: string) => lists(choices, { className: 'Loader', input: 'name', file })
    expect(['SDXL\\b.ckpt', 'SDXL/b.ckpt', 'C.ckpt', 'c.ckpt'].map(listed)).toEqual([
      true,
      true,
      false,
      true,
    ])
  })
})

describe('pictures that users upload', () => {
  const spec = [['cat.png', 'safelight-0123.png'], { image_upload: true }]
  const need = { className: 'Loader', input: 'name' }

  it('are listed as far as a plain name says where they are, but for those that we staged', () => {
    const listed = (file: string) => lists(parse(info(spec)), { ...need, file })
    expect(['cat.png', 'CAT.PNG', 'dog.png'].map(listed)).toEqual([true, true, false])
    const others = ['a/dog.png', 'dog.png [temp]', 'dog.mp3', 'safelight-0123.png', 'C:dog.png']
    expect(others.map(listed)).toEqual(others.map(() => null))
  })

  it.each([
    ['of a custom node', info(spec, 'custom_nodes.x')],
    ['in another folder', info([['cat.png'], { image_upload: true, image_folder: 'output' }])],
    ['of thousands', info([Array.from({ length: 6_000 }, (_, at) => `${at}.png`), spec[1]])],
  ])('are not looked for: %s', (_what, answer) => {
    expect(parse(answer).size).toBe(0)
  })
})

describe('whether a host is sure to refuse another name', () => {
  it.each([
    ['nodes', true],
    ['comfy_extras.nodes_upscale_model', true],
    ['custom_nodes.ComfyUI-GGUF', false],
    ['', false],
  ])('by a class of %s: %s', (python_module, strict) => {
    expect(choiceOf(info([FILES], python_module))?.strict).toBe(strict)
  })

  it('depends on its version where the list is in the options of a COMBO', () => {
    expect(choiceOf(info(combo(FILES)), true)?.strict).toBe(true)
    // tried with 0.3.64: it takes any name for UpscaleModelLoader, and fails when it runs
    expect(choiceOf(info(combo(FILES)), false)?.strict).toBe(false)
    expect(choiceOf(info([FILES]), false)?.strict).toBe(true)
  })

  it('is not known of what has no module', () => {
    expect(choiceOf({ Loader: { input: { required: { name: [FILES] } } } })?.strict).toBe(false)
  })
})

it('reads what is odd as nothing, and never fails on it', () => {
  for (const answer of [null, 7, [], { A: null }, { A: { input: [] } }, { A: { input: {} } }]) {
    expect(parse(answer).size).toBe(0)
  }
  const odd = JSON.parse(
    '{"__proto__": {"input": {"required": {"__proto__": [["a.pt"]]}}, "python_module": "nodes"}}',
  )
  const need = { className: '__proto__', input: '__proto__', file: 'a.pt' }
  expect(lists(parse(odd), need)).toBe(true)
})

it('keeps a list once, however many inputs have it, also after it was asked for alone', () => {
  const classInfo = { input: { required: { one: [FILES], two: [FILES] } }, python_module: 'nodes' }
  const known = parse({ A: classInfo, B: classInfo })
  const listOf = (choices: typeof known, name: string, input: string) =>
    choices.get(name)?.get(input)?.names
  expect(listOf(known, 'A', 'one')).toBe(listOf(known, 'B', 'two'))
  const news = parse({ A: classInfo })
  expect(isSameChoices(known, news, ['A'])).toBe(true)
  const merged = withAnew(known, ['A'], news)
  expect(listOf(merged, 'A', 'one')).toBe(listOf(known, 'B', 'two'))
})

it('takes what a class lists now for the whole of it', () => {
  const known = parse({
    A: { input: { required: { one: [FILES] } }, python_module: 'nodes' },
    B: { input: { required: { one: [FILES] } }, python_module: 'nodes' },
  })
  const news = parse({
    A: { input: { required: { one: [[...FILES, 'new.sft']] } }, python_module: 'nodes' },
  })
  expect(isSameChoices(known, news, ['A'])).toBe(false)
  const merged = withAnew(known, ['A', 'B'], news)
  expect(lists(merged, { className: 'A', input: 'one', file: 'new.sft' })).toBe(true)
  expect(merged.has('B')).toBe(false)
  expect(known.has('B')).toBe(true)
})

it.each(TRACE_VERSIONS)('reads the checkpoints of the recorded %s, and nothing else', (version) => {
  const answers = loadTrace(`${version}/introspection`).lines.flatMap((line) =>
    line.ch === 'http' && line.path.startsWith('/object_info/') ? [line.response] : [],
  )
  expect(answers.length).toBeGreaterThan(3)
  const found = answers.flatMap((answer) => [...parse(answer)])
  expect(found.map(([name, inputs]) => [name, [...inputs.keys()]])).toEqual([
    ['CheckpointLoaderSimple', ['ckpt_name']],
    ['LoadImage', ['image']],
  ])
  const choice = found[0]?.[1].get('ckpt_name')
  expect([...(choice?.names ?? [])]).toContain('tiny_ckpt_full.safetensors')
  expect(choice?.strict).toBe(true)
})
