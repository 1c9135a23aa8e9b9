/** How much a page pays for the client: each entry bundled and minified alone, as a user's bundler would. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

export interface Measured {
  name: string
  bytes: number
  gzipBytes: number
  /** Of other packages that went in. */
  packages: string[]
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const SOCKETS = /^(socket\.io|engine\.io)/
const WHOLE = "export * from '@safelight/client'"

export const ENTRIES = {
  '@safelight/client': { code: WHOLE, withSockets: true },
  '@safelight/client, without Socket.IO': { code: WHOLE, withSockets: false },
  '@safelight/client/react, beside the client': {
    code: "export * from '@safelight/client/react'; export { createClient } from '@safelight/client'",
    withSockets: false,
  },
} as const
export type EntryName = keyof typeof ENTRIES

export async function measure(name: EntryName): Promise<Measured> {
  const packages = new Set<string>()
  const { code: entry, withSockets } = ENTRIES[name]
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root: join(ROOT, 'e2e'),
    resolve: { conditions: ['@safelight/source', 'module', 'browser', 'production'] },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'virtual:entry' ? '\0entry' : null),
        load: (id) => (id === '\0entry' ? entry : null),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: {
        input: 'virtual:entry',
        preserveEntrySignatures: 'strict',
        external: (id) => /^react(-dom)?($|\/)/.test(id) || (!withSockets && SOCKETS.test(id)),
        output: { format: 'es' },
      },
    },
  })
  const outputs = [result].flat().flatMap((one) => ('output' in one ? one.output : []))
  let code = ''
  for (const chunk of outputs) {
    if (chunk.type !== 'chunk') continue
    code += chunk.code
    for (const [id, { renderedLength }] of Object.entries(chunk.modules)) {
      const found = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1]
      if (found && renderedLength > 0) packages.add(found)
    }
  }
  const bytes = Buffer.byteLength(code)
  return { name, bytes, gzipBytes: gzipSync(code).byteLength, packages: [...packages].sort() }
}
