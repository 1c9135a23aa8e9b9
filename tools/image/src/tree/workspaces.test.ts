import { expect, it } from 'vitest'
import { findStrange, slimManifest } from './slim.ts'
import { findNeeded, type Manifest, type Workspace } from './workspaces.ts'

const newManifest = (name: string, more: Partial<Manifest> = {}): Manifest => ({
  name,
  version: '1.0.0',
  license: 'MIT',
  dependencies: {},
  optionalDependencies: {},
  ...more,
})

const newWorkspace = (
  name: string,
  dependencies: string[] = [],
  dev: string[] = [],
): Workspace => ({
  folder: `packages/${name}`,
  manifest: newManifest(name, {
    dependencies: Object.fromEntries(dependencies.map((needed) => [needed, '*'])),
    devDependencies: Object.fromEntries(dev.map((needed) => [needed, '*'])),
  }),
})

it('takes what an app runs with, each once, and not what tests it', () => {
  const workspaces = [
    newWorkspace('app', ['store', 'shared', 'zod'], ['simulator']),
    newWorkspace('store', ['shared', 'runtime']),
    newWorkspace('shared'),
    newWorkspace('runtime', ['shared'], ['testkit']),
    newWorkspace('simulator', ['shared']),
    newWorkspace('testkit', ['simulator']),
  ]
  const needed = findNeeded(workspaces, 'app').map(({ folder }) => folder)
  expect(needed.toSorted()).toEqual(
    ['packages/app', 'packages/runtime', 'packages/shared', 'packages/store'].toSorted(),
  )
})

it('says so when there is no such app', () => {
  expect(() => findNeeded([newWorkspace('app')], 'other')).toThrow('there is no workspace other')
})

it('leaves nothing of a manifest that builds, tests or publishes, and no package that the app does not use', () => {
  const manifest = newManifest('assets', {
    type: 'module',
    scripts: { prepack: 'tsc -b' },
    dependencies: { zod: '4.0.0' },
    optionalDependencies: { sharp: '0.35.5' },
    devDependencies: { s3rver: '3.7.1' },
  })
  expect(JSON.parse(JSON.stringify(slimManifest(manifest, ['sharp'])))).toEqual({
    name: 'assets',
    version: '1.0.0',
    license: 'MIT',
    private: true,
    type: 'module',
    dependencies: { zod: '4.0.0' },
    optionalDependencies: {},
  })
})

it('finds packages that are not as the lock file has them', () => {
  const locked = {
    'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' },
    'node_modules/yaml': { version: '2.9.1', integrity: 'sha512-b' },
  }
  const installed = {
    '': { version: '1.0.0' },
    'packages/shared': { version: '1.0.0' },
    'node_modules/@safelight/shared': { resolved: 'packages/shared', link: true },
    'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' },
    'node_modules/yaml': { version: '2.9.2', integrity: 'sha512-c' },
    'node_modules/ws': { version: '8.0.0', integrity: 'sha512-d' },
  }
  expect(findStrange(installed, locked)).toEqual([
    'node_modules/yaml 2.9.2',
    'node_modules/ws 8.0.0',
  ])
})
