#!/usr/bin/env node
/** Starts the built command line. */
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(main)) await import(main.href)
else {
  process.stderr.write('safelight: it is not built yet: run `npm run build`\n')
  process.exitCode = 2
}
