/** What model files the host pretends to hold, as its routes tell it. */
import { modelFolderPath } from '../nodes/models.ts'
import { sendEmpty, sendJson } from './respond.ts'
import type { Route } from './router.ts'
import type { ServerState } from './server-state.ts'

/** Folders whose files are no models. */
const NOT_LISTED = new Set(['configs', 'custom_nodes'])
const MODEL_BYTES = 6_938_078_334
const MODEL_TIME = 1_735_689_600

export function modelRoutes({ environment }: ServerState): readonly Route[] {
  const { models } = environment
  const modelsIn = (folder: string | undefined) => models.in(folder ?? '')

  return [
    {
      method: 'GET',
      path: '/models',
      answer: ({ response }) => sendJson(response, models.folders()),
    },
    {
      method: 'GET',
      path: '/models/{folder}',
      answer({ response, params }) {
        const names = modelsIn(params['folder'])
        if (names) sendJson(response, names)
        else sendEmpty(response, 404)
      },
    },
    {
      method: 'GET',
      path: '/experiment/models',
      answer({ response }) {
        const names = models.folders().filter((name) => !NOT_LISTED.has(name))
        const folders = names.map((name) => ({ name, folders: [modelFolderPath(name)] }))
        sendJson(response, folders)
      },
    },
    {
      method: 'GET',
      path: '/experiment/models/{folder}',
      answer({ response, params }) {
        const names = modelsIn(params['folder'])
        if (!names) return sendEmpty(response, 404)
        const times = { modified: MODEL_TIME, created: MODEL_TIME }
        const rows = names.map((name) => ({ name, pathIndex: 0, ...times, size: MODEL_BYTES }))
        sendJson(response, rows)
      },
    },
    {
      // no model of ours has a picture beside it
      method: 'GET',
      path: '/experiment/models/preview/{folder}/{path_index}/{filename}',
      answer: ({ response }) => sendEmpty(response, 404),
    },
    {
      method: 'GET',
      path: '/view_metadata/{folder}',
      answer({ response, params, query }) {
        const name = query.get('filename') ?? ''
        if (!name.endsWith('.safetensors') || !modelsIn(params['folder'])?.includes(name)) {
          return sendEmpty(response, 404)
        }
        sendJson(response, {
          format: 'pt',
          'modelspec.sai_model_spec': '1.0.0',
          'modelspec.title': name.replace(/\.safetensors$/, ''),
        })
      },
    },
  ]
}
