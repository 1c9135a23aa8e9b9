/** What can be asked of assets: the files that workflows read and make. */
import { type AssetPage, type AssetView, REFERENCE_TYPE } from '@safelight/shared'
import { RequestError } from '../errors.ts'
import type { ApiCall, Http } from '../http/request.ts'
import { retrying } from '../http/retry.ts'
import type { AssetFacts, AssetJob, AssetListOptions, AssetReference, Assets } from './types.ts'
import { ASSETS, upload } from './upload.ts'

export function createAssetsApi(http: Http): Assets {
  const assets: Assets = {
    upload: (content, options) => upload(http, content, options),
    fromHash(hash, options) {
      const call = {
        method: 'POST',
        body: { hash, ...toBody(options) },
        ...toSignal(options),
      } as const
      // an identical one is answered with the one there is, so a repetition makes no second
      return retrying(() => http.json<AssetView>(`${ASSETS}/from-hash`, call), options?.signal)
    },
    async has(hash, options) {
      const call = { method: 'HEAD', ...options } as const
      try {
        await http.open(`${ASSETS}/by-hash/${encodeURIComponent(hash)}`, call)
        return true
      } catch (error) {
        // the answer to HEAD has no words to say which 404 it is
        if (error instanceof RequestError && error.status === 404) return false
        throw error
      }
    },
    fromUrl: (url, options) =>
      http.json<AssetView>(ASSETS, {
        method: 'POST',
        body: { url, ...toBody(options) },
        ...toSignal(options),
      }),
    get: (assetId, options) => http.json<AssetView>(pathOf(assetId), { ...options }),
    list: (options = {}) => http.json<AssetPage>(ASSETS, toListCall(options)),
    job: (assetId, options) => http.json<AssetJob>(`${pathOf(assetId)}/job`, { ...options }),
    delete: (assetId, options) =>
      http.json<void>(pathOf(assetId), { method: 'DELETE', ...options }),
    download: ({ url }, options) => http.open(url, { ...options }),
    reference: toReference,
  }
  return assets
}

type Referable = Pick<AssetView, 'id' | 'hash' | 'file_path'>

/** In the words of the API. */
function toBody({ filePath, tags, expiresIn }: AssetFacts = {}) {
  return {
    ...(filePath !== undefined && { file_path: filePath }),
    ...(tags !== undefined && { tags }),
    ...(expiresIn !== undefined && { expires_in: expiresIn }),
  }
}

function toSignal({ signal }: { signal?: AbortSignal } = {}): Pick<ApiCall, 'signal'> {
  return { signal }
}

function toListCall({ limit, since, until, signal, ...filter }: AssetListOptions): ApiCall {
  return {
    query: {
      ...filter,
      since: since?.toISOString(),
      until: until?.toISOString(),
      limit: limit === undefined ? undefined : String(limit),
    },
    signal,
  }
}

function toReference({ id, hash, file_path: filePath }: Referable): AssetReference {
  return {
    __type: REFERENCE_TYPE,
    info: {
      id,
      ...(hash !== null && { hash }),
      ...(filePath !== null && { file_path: filePath }),
    },
  }
}

function pathOf(assetId: string): string {
  return `${ASSETS}/${encodeURIComponent(assetId)}`
}
