/** `safelight assets`: the files that workflows read and make. */
import { defineCommand } from '../command.ts'
import { getAssets } from '../assets/get-assets.ts'
import { listAssets, TYPES } from '../assets/list-assets.ts'
import { removeAssets } from '../assets/remove-assets.ts'
import { uploadAssets } from '../assets/upload-assets.ts'
import { UsageError } from '../errors.ts'

export const assetsCommand = defineCommand({
  name: 'assets',
  takes: 'ls | upload FILE… | get ID… | rm ID…',
  summary: 'the files that workflows read and make',
  options: {
    type: { type: 'string', value: 'TYPE', text: `ls: only ${TYPES.join(', ')}` },
    name: { type: 'string', value: 'TEXT', text: 'ls: only those with this in their name' },
    job: { type: 'string', value: 'ID', text: 'ls: only what this job made' },
    limit: { type: 'string', short: 'n', value: 'N', text: 'ls: at most so many (20)' },
    tag: { type: 'string', multiple: true, value: 'WORD', text: 'upload: a word to find it by' },
    'expires-in': {
      type: 'string',
      value: 'SECONDS',
      text: 'upload: how long it is kept, 60 to 604800',
    },
    out: { type: 'string', short: 'o', value: 'FOLDER', text: 'get: where it is saved (assets)' },
    json: { type: 'boolean', text: 'one asset per line, as the API tells it' },
  },
  notes: [
    'The bytes of a file travel only if the server does not have them yet. An asset that an open job',
    'needs, or that is the output of a job that is kept, cannot be removed.',
  ],
  examples: [
    ['safelight assets upload photo.png', 'its id; in a workflow: --input 10.image=asset:ID'],
    ['safelight assets ls --type image --name portrait', 'newest first'],
    ['safelight assets get 3f2a91bc -o originals', 'a file; ids may be cut short'],
    ['safelight assets rm 3f2a91bc', 'gone, with its bytes if nothing else needs them'],
  ],
  async act({ values, positionals }, { client, io }) {
    const [action, ...rest] = positionals
    const deps = { client, io }
    switch (action) {
      case 'ls':
        if (rest[0] !== undefined) throw new UsageError(`assets ls takes no '${rest[0]}'`)
        return listAssets(values, deps)
      case 'upload':
        return uploadAssets(rest, values, deps)
      case 'get':
        return getAssets(rest, values, deps)
      case 'rm':
        return removeAssets(rest, deps)
      default:
        throw new UsageError(
          action === undefined
            ? 'what shall be done? assets ls, upload, get or rm'
            : `assets knows no '${action}'; there are ls, upload, get, rm`,
        )
    }
  },
})
