/** `npm run bench:size`: what the client costs a page, entry by entry. */
import { ENTRIES, type EntryName, measure } from './measure.ts'

const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(10)

// Object.keys is typed as string[]: these are the keys of a constant
for (const name of Object.keys(ENTRIES) as EntryName[]) {
  const { bytes, gzipBytes, packages } = await measure(name)
  const others = packages.length > 0 ? `  with ${packages.join(', ')}` : ''
  process.stdout.write(`${name.padEnd(44)} ${kib(bytes)}  gzip ${kib(gzipBytes)}${others}\n`)
}
