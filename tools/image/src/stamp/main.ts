/**
 * A part of `npm run version`: what changesets do not know of gets the version of the packages, too: the project itself,
 * its changelog, and our images in deploy/kustomize and docs. What nobody installs has no changelog of its own.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readWorkspaces } from '../tree/workspaces.ts'
import { closeUnreleased, stampImages, stampProject, stampTags } from './stamps.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const OVERLAYS = 'deploy/kustomize/overlays'

function change(path: string, edit: (text: string) => string): void {
  const file = join(ROOT, path)
  writeFileSync(file, edit(readFileSync(file, 'utf8')))
}

const { version }: { version: string } = JSON.parse(
  readFileSync(join(ROOT, 'packages/shared/package.json'), 'utf8'),
)
change('package.json', (text) => stampProject(text, version))
for (const overlay of readdirSync(join(ROOT, OVERLAYS)))
  change(`${OVERLAYS}/${overlay}/kustomization.yaml`, (text) => stampTags(text, version))
change('docs/deploy.md', (text) => stampImages(text, version))
const day = new Date().toISOString().slice(0, 10)
change('CHANGELOG.md', (text) => closeUnreleased(text, { version, day }))
for (const { folder, manifest } of await readWorkspaces(ROOT))
  if (manifest.private) rmSync(join(ROOT, folder, 'CHANGELOG.md'), { force: true })
