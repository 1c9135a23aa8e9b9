import { stringifyExact } from '@safelight/shared'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isPng, readPngTexts } from './png-texts.ts'
import { readFile } from './read-file.ts'

const graph = { '1': { class_type: 'EmptyImage', inputs: { width: 64 }, is_changed: [null] } }
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

describe('reading a file', () => {
  it('reads JSON', async () => {
    const file = new File([JSON.stringify(graph)], 'workflow.json')
    expect(await readFile(file)).toEqual({ ok: true, workflow: graph })
  })

  it('finds the graph in a picture of ComfyUI, with the NaN that Python writes', async () => {
    const prompt = JSON.stringify(graph).replace('[null]', '[NaN]')
    const file = png(chunk('tEXt', `prompt\0${prompt}`), chunk('tEXt', 'workflow\0{"nodes":[]}'))
    expect(await readFile(file)).toEqual({ ok: true, workflow: graph })
  })

  it('leaves what a host noted in the nodes, and keeps what their author did', async () => {
    const loop = { class_type: 'StartLoop', inputs: { _x: 1 }, _meta: { title: 'Four times' } }
    const ran = { __proto: loop, '1': { ...loop, _loop_body: ['2'], _loop_end: '3' } }
    const file = png(chunk('tEXt', `prompt\0${JSON.stringify(ran)}`))
    expect(await readFile(file)).toEqual({ ok: true, workflow: { __proto: loop, '1': loop } })
    // in a file of one's own, everything is the author's
    const own = await readFile(new File([JSON.stringify(ran)], 'own.json'))
    expect(own).toEqual({ ok: true, workflow: ran })
  })

  it('leaves the word NaN in a prompt alone', async () => {
    const spoken = { '1': { class_type: 'CLIPTextEncode', inputs: { text: 'bread, NaN, tea' } } }
    const file = png(chunk('tEXt', `prompt\0${JSON.stringify(spoken)}`))
    expect(await readFile(file)).toEqual({ ok: true, workflow: spoken })
  })

  it('reads what people really have, with the digits it has', async () => {
    const folder = new URL('../../../../e2e/src/fixtures/cases/', import.meta.url)
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(new URL(name, folder))
      // Python's NaN comes in pictures
      const isPicture = name.endsWith('.txt')
      const file = isPicture
        ? png(chunk('tEXt', `prompt\0${String(bytes)}`))
        : new File([bytes], name)
      const read = await readFile(file)
      expect([name, read.ok]).toEqual([name, true])
      const digits = /\d{15,}/g
      expect(read.ok && stringifyExact(read.workflow).match(digits)).toEqual(
        String(bytes).match(digits),
      )
    }
  })

  it('mends nothing but the constants, and keeps every digit', async () => {
    const prompt =
      '{"1": {"class_type": "A", "inputs": {"text": "values: NaN", "seed": 18446744073709551615}, "is_changed": [NaN, -Infinity]}}'
    const read = await readFile(png(chunk('tEXt', `prompt\0${prompt}`)))
    expect(read.ok && stringifyExact(read.workflow)).toBe(
      '{"1":{"class_type":"A","inputs":{"text":"values: NaN","seed":18446744073709551615},"is_changed":[null,null]}}',
    )
  })

  it('reads the graph of an animated picture, which ComfyUI writes into a chunk of its own', async () => {
    const graph = { '1': { class_type: 'EmptyImage', inputs: { width: 64 } } }
    const file = png(chunk('IDAT', 'pixels'), chunk('comf', `prompt\0${JSON.stringify(graph)}`))
    expect(await readFile(file)).toMatchObject({ ok: true, workflow: graph })
  })

  it('reads unicode text chunks, and passes over compressed and broken ones', () => {
    const bytes = pngBytes(
      chunk('iTXt', 'prompt\0\0\0\0\0{"café":1}'),
      chunk('iTXt', 'packed\0\u0001\0\0\0xyz'),
      chunk('tEXt', 'no zero'),
      new Uint8Array([0, 0, 9, 9, ...ascii('tEXt'), 1]),
    )
    expect(isPng(bytes)).toBe(true)
    expect([...readPngTexts(bytes)]).toEqual([['prompt', '{"café":1}']])
  })

  it('says when a picture has none, and when a file is something else', async () => {
    expect(await readFile(png())).toMatchObject({ title: 'There is no workflow in this picture' })
    expect(await readFile(new File([new Uint8Array([0xff, 0xd8, 0, 1])], 'a.jpg'))).toMatchObject({
      title: 'No workflow can be read from this file',
    })
    const long = new File([new Uint8Array(9 * 1024 * 1024).fill(32)], 'a.json')
    expect(await readFile(long)).toMatchObject({ title: 'This file is too large' })
  })
})

function png(...chunks: Uint8Array[]): File {
  return new File([pngBytes(...chunks)], 'picture.png')
}

function pngBytes(...chunks: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const end = chunk('IEND', '')
  return new Uint8Array([
    ...SIGNATURE,
    ...[chunk('IHDR', 'x'.repeat(13)), ...chunks, end].flatMap((bytes) => [...bytes]),
  ])
}

/** The checksum is left at zero: nobody looks at it. */
function chunk(type: string, text: string): Uint8Array {
  const data = new TextEncoder().encode(text)
  const bytes = new Uint8Array(12 + data.length)
  new DataView(bytes.buffer).setUint32(0, data.length)
  bytes.set(ascii(type), 4)
  bytes.set(data, 8)
  return bytes
}

function ascii(text: string): number[] {
  return [...new TextEncoder().encode(text)]
}
