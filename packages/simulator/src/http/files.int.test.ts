/** Files of any name, and what is made of pictures on their way out and in. */
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { slowSteps } from '../testing/graphs.ts'
import { filesOf } from '../testing/visitor.ts'
import { withSimulator } from '../testing/with-simulator.ts'

const SIZE = { width: 4, height: 2 }

/** 4 × 2, red, and as opaque as `alpha` says. */
async function png(alpha?: number): Promise<Buffer> {
  const background = { r: 200, g: 0, b: 0, alpha: (alpha ?? 255) / 255 }
  const channels = alpha === undefined ? 3 : 4
  return sharp({ create: { ...SIZE, channels, background } })
    .png()
    .toBuffer()
}

async function upload(
  url: string,
  path: string,
  { bytes, name, ...fields }: { bytes: Buffer; name: string } & Record<string, unknown>,
): Promise<Response> {
  const form = new FormData()
  form.set('image', new Blob([new Uint8Array(bytes)]), name)
  for (const [key, value] of Object.entries(fields)) form.set(key, String(value))
  return fetch(url + path, { method: 'POST', body: form })
}

async function pixels(response: Response) {
  const { data, info } = await sharp(Buffer.from(await response.arrayBuffer()))
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { channels: info.channels, width: info.width, first: [...data.subarray(0, info.channels)] }
}

it.each(['über 写真 🏮.png', 'naïve.png', 'plain.png'])(
  'takes and serves a file named %s',
  async (name) => {
    await withSimulator({}, async (_, { url }) => {
      const bytes = await png()
      const stored: unknown = await (await upload(url, '/upload/image', { bytes, name })).json()
      expect(stored).toMatchObject({ name, type: 'input' })
      const query = new URLSearchParams({ filename: name, type: 'input' }).toString()
      const response = await fetch(`${url}/view?${query}`)
      expect(response.status).toBe(200)
      const header = response.headers.get('content-disposition') ?? ''
      expect(Buffer.from(header, 'latin1').toString('utf8')).toBe(`filename="${name}"`)
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    })
  },
)

it('saves and serves a picture whose prefix nobody can write in Latin-1', async () => {
  await withSimulator({}, async (visitor) => {
    const save = { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: '写真' } }
    const entry = await visitor.finished(await visitor.submit({ ...slowSteps(1, 0), '3': save }))
    const [file] = filesOf(entry)
    expect(file?.['filename']).toBe('写真_00001_.png')
    expect((await visitor.download(file ?? {})).length).toBeGreaterThan(0)
  })
})

it('makes a preview in the format and quality that is asked for', async () => {
  await withSimulator({}, async (_, { url }) => {
    await upload(url, '/upload/image', { bytes: await png(64), name: 'a.png' })
    const view = async (query: string) => fetch(`${url}/view?filename=a.png&type=input&${query}`)
    for (const [query, type, channels] of [
      ['preview=webp;50', 'image/webp', 4],
      ['preview=jpeg', 'image/jpeg', 3],
      ['preview=tiff', 'image/webp', 4],
      ['preview=jpeg&channel=a', 'image/webp', 4],
      ['preview=webp&channel=rgb', 'image/webp', 3],
    ] as const) {
      const response = await view(query)
      expect([query, response.headers.get('content-type')]).toEqual([query, type])
      expect(await pixels(response)).toMatchObject({ channels, width: 4 })
    }
  })
})

it('takes a picture apart into its channels', async () => {
  await withSimulator({}, async (_, { url }) => {
    await upload(url, '/upload/image', { bytes: await png(64), name: 'a.png' })
    await upload(url, '/upload/image', { bytes: await png(), name: 'opaque.png' })
    const view = async (name: string, channel: string) =>
      pixels(await fetch(`${url}/view?filename=${name}&type=input&channel=${channel}`))
    expect(await view('a.png', 'rgba')).toMatchObject({ first: [200, 0, 0, 64] })
    expect(await view('a.png', 'rgb')).toMatchObject({ first: [200, 0, 0] })
    expect(await view('a.png', 'a')).toMatchObject({ first: [0, 0, 0, 64] })
    expect(await view('opaque.png', 'a')).toMatchObject({ first: [0, 0, 0, 255] })
  })
})

it('answers 500 when what is no picture is to be made into one', async () => {
  await withSimulator({}, async (_, { url }) => {
    await upload(url, '/upload/image', { bytes: Buffer.from('text'), name: 'a.txt' })
    expect((await fetch(`${url}/view?filename=a.txt&type=input&preview=webp`)).status).toBe(500)
    expect((await fetch(`${url}/view?filename=a.txt&type=input`)).status).toBe(200)
  })
})

it('puts a mask into the picture it is for, and keeps what that says of itself', async () => {
  await withSimulator({}, async (visitor, { url }) => {
    const entry = await visitor.finished(await visitor.submit(slowSteps(1, 0)))
    const [file] = filesOf(entry)
    const mask = await sharp({
      create: { width: 16, height: 16, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
    })
      .png()
      .toBuffer()
    const answer = await upload(url, '/upload/mask', {
      bytes: mask,
      name: 'masked.png',
      original_ref: JSON.stringify(file),
    })
    expect(await answer.json()).toEqual({ name: 'masked.png', subfolder: '', type: 'input' })
    const masked = await fetch(`${url}/view?filename=masked.png&type=input`)
    const bytes = Buffer.from(await masked.arrayBuffer())
    expect(bytes.includes('TraceSteps')).toBe(true)
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
    expect([...data.subarray(0, 4)]).toEqual([0, 0, 0, 0])
  })
})

it('takes a mask of no picture and stores nothing, and fails without a reference', async () => {
  await withSimulator({}, async (_, { url }) => {
    const mask = { bytes: await png(0), name: 'masked.png' }
    const nowhere = { ...mask, original_ref: '{"filename":"nope.png","type":"input"}' }
    expect((await upload(url, '/upload/mask', nowhere)).status).toBe(200)
    expect((await fetch(`${url}/view?filename=masked.png&type=input`)).status).toBe(404)
    expect((await upload(url, '/upload/mask', mask)).status).toBe(500)
  })
})

it('refuses an upload that is larger than it says it takes', async () => {
  await withSimulator({ maxUploadBytes: 1_000 }, async (visitor, simulator) => {
    expect((await visitor.get('/features')).json).toMatchObject({ max_upload_size: 1_000 })
    const large = { bytes: Buffer.alloc(2_000), name: 'large.png' }
    expect((await upload(simulator.url, '/upload/image', large)).status).toBe(413)
    const small = { bytes: await png(), name: 'small.png' }
    expect((await upload(simulator.url, '/upload/image', small)).status).toBe(200)
    expect(simulator.uploads()).toEqual(['small.png'])
  })
})

it('loses its inputs at a switch, and refuses what names them as real servers do', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    await upload(simulator.url, '/upload/image', { bytes: await png(), name: 'a.png' })
    const look = async () =>
      (await fetch(`${simulator.url}/view?filename=a.png&type=input`, { method: 'HEAD' })).status
    expect(await look()).toBe(200)
    simulator.faults.set({ inputsLost: true })
    expect(await look()).toBe(404)
    const prompt = {
      '3': { class_type: 'LoadImage', inputs: { image: 'a.png' } },
      '4': { class_type: 'SaveImage', inputs: { images: ['3', 0], filename_prefix: 'x' } },
    }
    expect((await visitor.post('/prompt', { prompt })).json).toMatchObject({
      error: { type: 'prompt_outputs_failed_validation' },
      node_errors: {
        '3': {
          class_type: 'LoadImage',
          errors: [
            {
              type: 'custom_validation_failed',
              details: 'image - Invalid image file: a.png',
              extra_info: { input_name: 'image' },
            },
          ],
        },
      },
    })
  })
})
