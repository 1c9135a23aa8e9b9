/** A host that serves files and nothing else, as a test says, and the ways to carry them from there. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalBlobs, ingest } from '@safelight/assets'
import { createHostClient, type FileItem, HostError } from '@safelight/comfyui'
import { createScope, systemClock } from '@safelight/runtime'
import type { Output } from '@safelight/shared'
import { newAsset } from '@safelight/testkit'
import { openTestStore } from '@safelight/testkit/vitest'
import { chooseOutputs } from '../outputs/choose-outputs.ts'
import { collectOutputs } from '../outputs/collect.ts'

export type FileHost = Awaited<ReturnType<typeof openFileHost>>

export async function openFileHost() {
  const scope = createScope('test')
  const dataDir = await mkdtemp(join(tmpdir(), 'safelight-outputs-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const { assets } = await openTestStore()
  const store = { blobs: createLocalBlobs(dataDir), assets }
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
      async keep(body: AsyncIterable<Uint8Array>, sizeBytes: number | null) {
        const { maxBytes = 1_000, signal = NEVER } = extra
        const { asset } = await ingest(store, {
          body,
          maxBytes,
          signal,
          toAsset({ hash, size }) {
            if (sizeBytes !== null && sizeBytes !== size) throw new HostError('bad_answer', 'cut')
            return newAsset({ hash, size_bytes: size })
          },
        })
        return { hash: asset.hash.replace('blake3:', ''), size: asset.size_bytes }
      },
      file: file(filename),
      maxBytes: 1_000,
      retryMs: [1, 1, 1],
      clock: systemClock,
      signal: NEVER,
      ...extra,
    }),
    async collect(files: FileItem[], outputs: Output[] = []) {
      await collectOutputs({
        keeping: {
          jobId: 'job-1',
          owner: 'default',
          store,
          maxBytes: 1_000,
          retentionMs: 60_000,
          ranBefore: () => false,
          now: async () => Date.now(),
          checkClaim: async () => undefined,
          onStored: () => undefined,
        },
        files: chooseOutputs('job-1', { listed: files }).files,
        client: createHostClient(url),
        retryMs: [],
        clock: systemClock,
        onOutput: async ({ output }) => void outputs.push(output),
        signal: NEVER,
      })
      return {
        outputs,
        assets: (await assets.loadMany(outputs.map(({ id }) => id))).flatMap(
          (asset) => asset ?? [],
        ),
      }
    },
    async blobs(): Promise<string[]> {
      const names = await readdir(join(dataDir, 'blobs'), { recursive: true }).catch(() => [])
      return names.filter((name) => name.includes('/'))
    },
    close: () => scope.close(),
  }
  return host
}

const NEVER = new AbortController().signal

export const file = (filename: string, extra: Partial<FileItem> = {}): FileItem => ({
  node_id: '9',
  filename,
  subfolder: '',
  type: 'output',
  ...extra,
})
