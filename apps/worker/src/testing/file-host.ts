/** A host that serves files and nothing else, as a test says, and the ways to carry them from there. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHostClient, type FileItem } from '@safelight/comfyui'
import { createScope, systemClock } from '@safelight/runtime'
import type { Asset, Output } from '@safelight/shared'
import { createBlobStore } from '../outputs/blob-store.ts'
import { chooseOutputs } from '../outputs/choose-outputs.ts'
import { collectOutputs } from '../outputs/collect.ts'

export type FileHost = Awaited<ReturnType<typeof openFileHost>>

export async function openFileHost() {
  const scope = createScope('test')
  const dataDir = await mkdtemp(join(tmpdir(), 'safelight-outputs-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '', 'http://host').searchParams.get('filename') ?? ''
    host.asked.push(name)
    host.serve(name, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  // a TCP server's address is an object
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const host = {
    dataDir,
    /** Every request for a file, by name. */
    asked: new Array<string>(),
    serve(name: string, response: ServerResponse): void {
      response.end(`content of ${name}`)
    },
    answerAll(statusCode: number): void {
      host.serve = (_name, response) => void response.writeHead(statusCode).end()
    },
    fetching: (filename: string, extra: { maxBytes?: number; signal?: AbortSignal } = {}) => ({
      client: createHostClient(url),
      blobs: createBlobStore(dataDir),
      file: file(filename),
      maxBytes: 1_000,
      retryMs: [1, 1, 1],
      clock: systemClock,
      signal: new AbortController().signal,
      ...extra,
    }),
    async collect(files: FileItem[], outputs: Output[] = []) {
      const assets: Asset[] = []
      await collectOutputs({
        jobId: 'job-1',
        files: chooseOutputs('job-1', files).files,
        client: createHostClient(url),
        blobs: createBlobStore(dataDir),
        maxBytes: 1_000,
        retentionMs: 60_000,
        retryMs: [],
        clock: systemClock,
        now: async () => Date.now(),
        saveAsset: async (asset) => void assets.push(asset),
        onOutput: async (output) => void outputs.push(output),
        signal: new AbortController().signal,
      })
      return { outputs, assets }
    },
    async blobs(): Promise<string[]> {
      const names = await readdir(join(dataDir, 'blobs'), { recursive: true })
      return names.filter((name) => name.includes('/') && !name.startsWith('incoming/'))
    },
    unfinished: () => readdir(join(dataDir, 'blobs', 'incoming')),
    close: () => scope.close(),
  }
  return host
}

export const file = (filename: string, extra: Partial<FileItem> = {}): FileItem => ({
  node_id: '9',
  filename,
  subfolder: '',
  type: 'output',
  ...extra,
})
