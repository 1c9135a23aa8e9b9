/** `npm run -s image:tree -- APP FOLDER`: what the Dockerfile runs, and what `npm run image:check` looks at. */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { APPS, type AppName } from '../apps.ts'
import { buildTree } from './build-tree.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

const [app = '', folder] = process.argv.slice(2)
if (!isApp(app) || folder === undefined) {
  process.stderr.write(`usage: npm run -s image:tree -- ${Object.keys(APPS).join('|')} FOLDER\n`)
  process.exitCode = 2
} else {
  // npm runs scripts in the project's folder; paths are meant from where the user stands
  await buildTree({ root: ROOT, app, folder: resolve(process.env['INIT_CWD'] ?? '.', folder) })
}

function isApp(name: string): name is AppName {
  return Object.hasOwn(APPS, name)
}
