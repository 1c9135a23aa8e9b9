/** Nodes as they are after 0.33.0: READ, NOT RECORDED. */
import { IMAGE_NODES } from './image-nodes.ts'
import * as input from './inputs.ts'
import { inputFile } from './input-file.ts'
import { inputsOfClass, type NodeDefinition, type NodeOutput } from './node-class.ts'
import { SAVE_NODES } from './save-nodes.ts'

const OLDER = new Map([...SAVE_NODES, ...IMAGE_NODES].map((older) => [older.name, older]))

function older(name: string): NodeDefinition {
  const found = OLDER.get(name)
  if (!found) throw new Error(`no node ${name}`)
  return found
}

/** What it shows or saves also goes on: inside a loop that is its way to the end. */
function passingOn(name: string, from: string, output: NodeOutput): NodeDefinition {
  const saving = older(name)
  return {
    ...saving,
    outputs: [output],
    run: async (inputs, context) => ({
      ...(await saving.run(inputs, context)),
      outputs: [inputs[from]],
    }),
  }
}

const loadImage = older('LoadImage')

export const NEWEST_NODES: readonly NodeDefinition[] = [
  passingOn('SaveImage', 'images', { type: 'IMAGE', name: 'images' }),
  passingOn('PreviewImage', 'images', { type: 'IMAGE', name: 'images' }),
  passingOn('PreviewAny', 'source', { type: input.MATCH_TYPE, name: 'source' }),
  {
    ...loadImage,
    inputs: (environment) => {
      const { required = {} } = inputsOfClass(loadImage, environment)
      return { optional: required }
    },
    validates: {
      image: (value, { files }) =>
        value === '' || files.has(inputFile(String(value)))
          ? null
          : `Invalid image file: ${String(value)}`,
    },
    validatesNode: ({ image }) =>
      image === undefined || image === '' ? 'No image is selected' : null,
  },
]
