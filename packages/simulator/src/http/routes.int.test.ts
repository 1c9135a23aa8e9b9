/** The routes of ComfyUI that the recordings do not hold: models, users, settings, files, logs. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { toBuffer } from '../delivery/delivery.ts'
import { slowSteps, textToImage } from '../testing/graphs.ts'
import { untilAnswering } from '../testing/until-answering.ts'
import { until } from '../testing/wait.ts'
import { withSimulator } from '../testing/with-simulator.ts'

const readJson = async (response: Response): Promise<unknown> => response.json()

it('lists its model folders and files with where they lie', async () => {
  await withSimulator({}, async (_, { url }) => {
    const folders = await readJson(await fetch(`${url}/experiment/models`))
    expect(folders).toContainEqual({
      name: 'checkpoints',
      folders: ['/opt/ComfyUI/models/checkpoints'],
    })
    expect(folders).not.toContainEqual(expect.objectContaining({ name: 'configs' }))
    expect(await readJson(await fetch(`${url}/api/experiment/models/loras`))).toContainEqual({
      name: 'film-grain.safetensors',
      pathIndex: 0,
      modified: expect.any(Number),
      created: expect.any(Number),
      size: expect.any(Number),
    })
    expect((await fetch(`${url}/experiment/models/nope`)).status).toBe(404)
    const preview = `${url}/experiment/models/preview/loras/0/film-grain.safetensors`
    expect((await fetch(preview)).status).toBe(404)
  })
})

it('lists the models it was given, and those that come and go while it runs, and takes no others', async () => {
  const options = { models: { loras: ['own.safetensors'] } }
  await withSimulator(options, async (visitor, { models }) => {
    const listed = async () => (await visitor.get('/object_info/LoraLoader')).text
    expect(await listed()).toContain('"lora_name": [["own.safetensors"]')
    const change = (body: object) => visitor.post('/_simulator/models', body)
    const added = await change({ folder: 'loras', add: 'new.safetensors' })
    expect(added.json['loras']).toEqual(['new.safetensors', 'own.safetensors'])
    await change({ folder: 'loras', remove: 'own.safetensors' })
    expect(await listed()).toContain('"lora_name": [["new.safetensors"]')
    expect((await visitor.get('/models/loras')).text).toBe('["new.safetensors"]')
    expect((await change({ folder: 'nope', add: 'x' })).status).toBe(400)
    expect((await visitor.post('/_simulator/models', '7')).status).toBe(400)
    models.remove('checkpoints', 'sd_xl_base_1.0.safetensors')
    const refused = await visitor.post('/prompt', { prompt: textToImage({ text: 'x', seed: 1 }) })
    expect([refused.status, refused.text]).toEqual([
      400,
      expect.stringContaining('value_not_in_list'),
    ])
  })
})

it('tells the metadata of a model it holds, and of no other file', async () => {
  await withSimulator({}, async (visitor) => {
    const known = '/view_metadata/checkpoints?filename=sd_xl_base_1.0.safetensors'
    expect((await visitor.get(known)).json).toMatchObject({
      'modelspec.title': 'sd_xl_base_1.0',
    })
    for (const path of [
      'checkpoints',
      'checkpoints?filename=x.ckpt',
      'nope?filename=x.safetensors',
    ])
      expect((await visitor.get(`/view_metadata/${path}`)).status).toBe(404)
  })
})

it('keeps settings, also over a restart', async () => {
  await withSimulator({}, async (visitor, simulator) => {
    expect((await visitor.get('/users')).json).toEqual({ storage: 'server', migrated: false })
    expect((await visitor.post('/users', { username: 'ann' })).text).toMatch(/^"ann_/)
    expect((await visitor.get('/settings')).json).toEqual({})
    await visitor.post('/settings', { 'a.b': 1, c: [2] })
    await visitor.post('/settings/c', 'true')
    simulator.restart()
    await untilAnswering(visitor)
    expect((await visitor.get('/settings')).json).toEqual({ 'a.b': 1, c: true })
    expect((await visitor.get('/settings/a.b')).text).toBe('1')
    expect((await visitor.get('/settings/nope')).text).toBe('null')
    expect((await visitor.get('/users')).json).toEqual({ storage: 'server', migrated: true })
  })
})

it('keeps the files of its user', async () => {
  await withSimulator({}, async (_, { url }) => {
    const file = (path: string) => `${url}/userdata/${encodeURIComponent(path)}`
    const post = async (to: string, body = '{}') => fetch(to, { method: 'POST', body })
    const list = async (query: string) => readJson(await fetch(`${url}/userdata?${query}`))
    expect(await readJson(await post(file('workflows/ä.json'), '{"a":1}'))).toBe('workflows/ä.json')
    await post(file('workflows/deep/b.json'))

    const read = await fetch(file('workflows/ä.json'))
    expect([read.headers.get('content-type'), await read.text()]).toEqual([
      'application/json',
      '{"a":1}',
    ])
    expect(await list('dir=workflows')).toEqual(['ä.json'])
    expect(await list('dir=workflows&recurse=true&split=true')).toEqual([
      ['ä.json', 'ä.json'],
      ['deep/b.json', 'deep', 'b.json'],
    ])
    expect(await list('dir=workflows&full_info=true')).toMatchObject([{ path: 'ä.json', size: 7 }])

    expect((await post(`${file('workflows/ä.json')}?overwrite=false`)).status).toBe(409)
    const moved = await post(`${file('workflows/ä.json')}/move/${encodeURIComponent('c.json')}`)
    expect(await readJson(moved)).toBe('c.json')
    expect((await fetch(file('workflows/ä.json'))).status).toBe(404)
    expect((await fetch(file('c.json'), { method: 'DELETE' })).status).toBe(204)
    expect((await fetch(file('c.json'))).status).toBe(404)
    for (const [query, status] of [
      ['', 400],
      ['dir=../x', 403],
      ['dir=nope', 404],
    ] as const)
      expect((await fetch(`${url}/userdata?${query}`)).status).toBe(status)
    expect((await fetch(file('../x'))).status).toBe(403)
  })
})

it('shows what it printed, under /internal only, and sends it to who asked', async () => {
  await withSimulator({}, async (visitor, { url }) => {
    const client_id = randomUUID()
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?clientId=${client_id}`)
    const messages: string[] = []
    socket.on('message', (data) => messages.push(toBuffer(data).toString()))
    await new Promise((resolve) => socket.once('open', resolve))
    const ask = async (enabled: boolean) =>
      fetch(`${url}/internal/logs/subscribe`, {
        method: 'PATCH',
        body: JSON.stringify({ clientId: client_id, enabled }),
      })
    expect((await ask(true)).status).toBe(200)
    await visitor.finished(await visitor.submit(slowSteps(1, 0), { client_id }))
    await until(
      () => messages.some((text) => text.includes('"type": "logs"') && text.includes('executed')),
      () => messages.join('\n'),
    )
    await ask(false)
    socket.close()
    const { entries, size } = (await visitor.get('/internal/logs/raw')).json
    expect(entries).toContainEqual({ t: expect.any(String), m: 'got prompt\n' })
    expect(size).toEqual({ cols: 80, rows: 24 })
    expect((await visitor.get('/internal/logs')).text).toContain('Prompt executed in')
    expect((await visitor.get('/internal/folder_paths')).json['loras']).toEqual([
      '/opt/ComfyUI/models/loras',
    ])
    expect(await readJson(await fetch(`${url}/internal/files/output`))).toEqual(['slow_00001_.png'])
    expect((await visitor.get('/internal/files/nope')).status).toBe(400)
    expect((await visitor.get('/api/internal/logs')).status).toBe(404)
  })
})

it('says nothing of a path that it does not know, as the recordings have it, and names a wrong method', async () => {
  await withSimulator({}, async (visitor) => {
    for (const path of ['/nope', '/api/v9/jobs', '/view?filename=x.png'])
      expect(await visitor.get(path)).toMatchObject({ status: 404, text: '' })
    expect(await visitor.post('/nope', {})).toMatchObject({
      status: 405,
      text: '405: Method Not Allowed',
    })
  })
})
