import { expect, it } from 'vitest'
import { closeUnreleased, stampImages, stampProject, stampTags } from './stamps.ts'

it('gives the project the version, and what it needs of ours', () => {
  const manifest = {
    version: '0.1.0',
    devDependencies: { '@safelight/testkit': '0.1.0', '@safelight/shared': '*', knip: '0.1.0' },
  }
  expect(JSON.parse(stampProject(JSON.stringify(manifest, null, 2), '0.2.0'))).toEqual({
    version: '0.2.0',
    devDependencies: { '@safelight/testkit': '0.2.0', '@safelight/shared': '*', knip: '0.1.0' },
  })
})

it('gives our images the version, wherever they are, and leaves those of others', () => {
  const before = `images:
  - name: safelight-api
    newName: registry.example.org/safelight-api
    newTag: 0.1.0
  - name: safelight-worker
    newTag: 0.1.0
  - name: comfyui
    newName: registry.example.org/comfyui
    newTag: v0.3.64
`
  expect(stampTags(before, '0.2.0')).toBe(before.replaceAll('newTag: 0.1.0', 'newTag: 0.2.0'))
})

it('gives our images the version in commands, and leaves those of others', () => {
  const before =
    'docker build -t registry.example.org/safelight-api:0.1.0 .\ndocker run redis:7.4.11-alpine /opt/safelight/api\n'
  expect(stampImages(before, '0.2.0-rc.1')).toBe(before.replace('0.1.0', '0.2.0-rc.1'))
})

it('puts what was unreleased under the version and its day, once', () => {
  const before = '# Changelog\n\n## Unreleased\n\n- one\n- two\n\n## 0.1.0\n\n- first\n'
  const after = closeUnreleased(before, { version: '0.2.0', day: '2026-11-26' })
  expect(after).toBe(
    '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-11-26)\n\n- one\n- two\n\n## 0.1.0\n\n- first\n',
  )
  // a release that says nothing of itself is a mistake
  expect(() => closeUnreleased(after, { version: '0.3.0', day: '2026-11-27' })).toThrow(/nothing/)
  expect(() => closeUnreleased('# Changelog\n', { version: '0.3.0', day: '' })).toThrow(/heading/)
})
