/** What the server says about itself. */
import { toObjectInfo } from '../nodes/object-info.ts'
import type { Json } from '../record.ts'
import { sendJson } from './respond.ts'
import type { Route } from './router.ts'
import type { ServerState } from './server-state.ts'

export function infoRoutes({
  environment,
  classes,
  vramBytes,
  described,
}: ServerState): readonly Route[] {
  const { traits } = environment
  const get = (path: string, body: () => unknown): Route => ({
    method: 'GET',
    path,
    answer: ({ response }) => sendJson(response, body()),
  })

  return [
    get('/system_stats', () => systemStats(traits.comfyuiVersion, vramBytes)),
    ...(traits.features ? [get('/features', () => traits.features)] : []),
    get('/extensions', () => []),
    get('/embeddings', () => []),
    get('/object_info', () => {
      described()
      return Object.fromEntries(
        classes.list().map((nodeClass) => [nodeClass.name, toObjectInfo(nodeClass, environment)]),
      )
    }),
    {
      method: 'GET',
      path: '/object_info/{name}',
      answer({ response, params }) {
        const nodeClass = classes.get(params['name'] ?? '')
        const info = nodeClass ? { [nodeClass.name]: toObjectInfo(nodeClass, environment) } : {}
        sendJson(response, info)
      },
    },
  ]
}

const RAM_BYTES = 25_276_502_016

function systemStats(comfyuiVersion: string, vramBytes: number): Json {
  return {
    system: {
      os: 'linux',
      ram_total: RAM_BYTES,
      ram_free: RAM_BYTES * 0.9,
      comfyui_version: comfyuiVersion,
      python_version: '3.11.7 (main)',
      pytorch_version: '2.13.0+cpu',
      embedded_python: false,
      argv: ['main.py'],
    },
    devices: [
      {
        name: 'simulated',
        type: 'cuda',
        index: 0,
        vram_total: vramBytes,
        vram_free: Math.round(vramBytes * 0.8),
        torch_vram_total: vramBytes,
        torch_vram_free: Math.round(vramBytes * 0.8),
      },
    ],
  }
}
