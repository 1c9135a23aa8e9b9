/** The Dockerfile, as far as it can be checked without a container engine; `npm run image:check` runs what it makes. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { APPS } from '@safelight/image'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n')
  /** By their names: what follows each FROM. */
  const stages = new Map(
    read('Dockerfile')
      .split(/^FROM /m)
      .slice(1)
      .map((text) => [/ AS (\w[\w-]*)/.exec(text)?.[1] ?? '', text.split('\n')]),
  )

  it('copies only what is there', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1))
    expect(copied.length).toBeGreaterThan(5)
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('copies every workspace that the lock file knows', () => {
    const { workspaces }: { workspaces: string[] } = JSON.parse(read('package.json'))
    const copied = lines.filter((line) => line.startsWith('COPY ')).join(' ')
    for (const workspace of workspaces) expect(copied).toContain(workspace.replace('/*', ''))
  })

  it('copies what every compilation reads', () => {
    const { files }: { files: string[] } = JSON.parse(read('tsconfig.base.json'))
    const copied = lines.filter((line) => line.startsWith('COPY ')).join(' ')
    for (const file of files) expect(copied).toContain(basename(file))
  })

  it('builds the page, and from that the trees that `npm run image:check` runs', () => {
    const runs = lines.filter((line) => line.startsWith('RUN ')).map((line) => line.slice(4))
    expect(runs).toEqual([
      'npm ci --no-fund --no-audit && npx tsc -b && npm run build -w apps/web',
      ...Object.keys(APPS).map((app) => `npm run -s image:tree -- ${app} /app`),
      'mkdir /data && chown 1000:1000 /data',
    ])
  })

  it.each(Object.keys(APPS))('has an image of the %s with its tree and nothing else', (app) => {
    const stage = stages.get(app) ?? []
    expect(stage[0]).toMatch(/^runtime AS /)
    const copies = stage.filter((line) => line.startsWith('COPY '))
    expect(copies).toEqual([`COPY --from=${app}-tree /app ./`])
    expect(stage).toContain(`CMD ["node", "apps/${app}/dist/main.js"]`)
  })

  it('stands on one pinned image, and does not run as root', () => {
    const bases = lines.flatMap((line) => /^FROM (node:\S+)/.exec(line)?.[1] ?? [])
    expect(bases).toHaveLength(2)
    expect(new Set(bases).size).toBe(1)
    expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/)
    // a number: only that can be checked against root before it runs
    expect(stages.get('runtime')).toContain('USER 1000:1000')
  })
})
