import { parseFileChoices } from '@safelight/comfyui'
import type { Workflow } from '@safelight/shared'
import { describe, expect, it } from 'vitest'
import { CLASSES, checkOn, host, NOW, save } from '../testing/listing-hosts.ts'
import type { KnownHost } from './fleet-knowledge.ts'

describe('a picture in the folder of inputs', () => {
  const LOAD_IMAGE = { LoadImage: { output: false, outputs: 2, required: ['image'] }, ...CLASSES }
  const spec = (names: string[]) => [names, { image_upload: true }]
  const having = (...names: string[]): KnownHost => {
    const info = {
      LoadImage: { input: { required: { image: spec(names) } }, python_module: 'nodes' },
    }
    const choices = parseFileChoices(info, { checksCombos: false })
    const askedAt = new Map([['LoadImage', NOW]])
    return host('a', null, { classes: LOAD_IMAGE, files: { choices, at: 0, askedAt } })
  }
  const showing = (image: unknown): Workflow => ({
    '1': { class_type: 'LoadImage', inputs: { image } },
    '2': save('1'),
  })

  it('is refused in the words of ComfyUI when no host has it', async () => {
    expect((await checkOn(showing('cat.png'), [having('dog.png')])).outcome).toMatchObject({
      code: 'invalid_workflow',
      details: {
        node_errors: {
          '1': {
            errors: [
              {
                type: 'custom_validation_failed',
                details: 'image - Invalid image file: cat.png',
                extra_info: { input_name: 'image' },
              },
            ],
          },
        },
      },
    })
  })

  it('is demanded of the host where only some have it', async () => {
    const { outcome } = await checkOn(showing('cat.png'), [having('cat.png'), having('dog.png')])
    expect(outcome).toEqual([['LoadImage', 'image', 'cat.png', true]])
    expect((await checkOn(showing('cat.png'), [having('cat.png')])).outcome).toEqual([])
  })

  it.each([
    'CAT.png',
    'folder/cat.png',
    'cat.png [output]',
    'cat.tiff',
    'https://example.org/cat.png',
    'safelight-0123.png',
    { __type: 'core/ASSET', info: { id: 'x' } },
  ])('is left to the host when it may be there: %j', async (image) => {
    expect((await checkOn(showing(image), [having('Cat.png')])).outcome).toEqual([])
  })
})
