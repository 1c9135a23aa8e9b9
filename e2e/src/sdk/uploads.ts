/** Files of a program's own as inputs of workflows: every way in, each of them sent once. */
import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { type Asset, Comfy } from '@comfyorg/sdk'
import { ComfyLow } from '@comfyorg/sdk/low'
import { errorOf } from './errors.ts'
import type { Args } from './scenarios.ts'

const SIDE = 8

/** A picture of one colour, of which no server has heard. */
function newPng(): Buffer {
  const color = crypto.getRandomValues(Buffer.alloc(3))
  const row = Buffer.concat([Buffer.alloc(1), ...Array.from({ length: SIDE }, () => color)])
  const header = Buffer.from([0, 0, 0, SIDE, 0, 0, 0, SIDE, 8, 2, 0, 0, 0])
  const pixels = deflateSync(Buffer.concat(Array.from({ length: SIDE }, () => row)))
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name: string, data: Buffer): Buffer {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  const body = Buffer.concat([Buffer.from(name), data])
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

const LOADING = {
  '1': { class_type: 'LoadImage', inputs: {} },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'loaded' } },
}

export async function uploads({ url, folder, graph }: Args) {
  const client = new Comfy()
  const low = new ComfyLow(url)
  const [first, second] = [join(folder, 'first.png'), join(folder, 'second.png')]
  await writeFile(first, newPng())
  await writeFile(second, newPng())

  const load = (asset: Asset) => {
    const workflow = client.workflows.fromJson(structuredClone(LOADING))
    workflow.setInput('1', 'image', asset)
    return workflow
  }
  async function use(asset: Asset) {
    const job = await client.run(load(asset))
    const picture = await job.outputs[0]?.toBytes()
    return { isNew: asset.createdNew, status: job.status, made: picture?.length !== 0 }
  }

  const file = client.assets.fromFile(first)
  const made = await client.run(client.workflows.fromJson(graph))
  const { url: address } = (await made.outputs[0]?.getDownloadUrl()) ?? { url: '' }
  const ways = {
    file: await use(file),
    bytes: await use(client.assets.fromBytes(newPng(), { filename: 'b.png' })),
    stream: await use(await client.assets.fromStream(createReadStream(second))),
    // what a job has made is there already
    url: await use(await client.assets.fromUrl(address)),
    again: await use(client.assets.fromFile(first)),
  }
  const hash = await file.hash()
  const known = await client.assets.get(file.id ?? '')
  const rehydrated = {
    path: known.filePath,
    isSame: (await known.hash()) === hash,
    ...(await use(known)),
  }
  const mismatch = await errorOf(
    low.postAssets(new Blob([Uint8Array.from(newPng())]), 'image/png', 'x.png', {
      expectedHash: hash,
    }),
  )
  const copy = client.assets.fromBytes(await readFile(first), { filename: 'copy.png' })
  const copyId = await copy.commit()
  await client.assets.delete(copyId)
  return {
    ways,
    rehydrated,
    mismatch,
    deleted: await errorOf(client.assets.get(copyId)),
    twice: await errorOf(client.assets.delete(copyId)),
    output: await errorOf(client.assets.delete(made.outputs[0]?.id ?? '')),
    // what others refer to stays
    isThere: await low.headAssetByHash(hash),
    stillLoads: await use(file),
  }
}

/** The files that come with the server, as they are. */
export async function examples({ files, picture }: Args) {
  const client = new Comfy()
  const statuses: Record<string, string> = {}
  for (const file of files) {
    const workflow = await client.workflows.fromFile(file)
    for (const [id, node] of Object.entries(workflow.json))
      if (JSON.stringify(node).includes('"LoadImage"'))
        workflow.setInput(id, 'image', client.assets.fromFile(picture))
    statuses[file] = (await client.run(workflow)).status
  }
  return statuses
}
