/** So many hosts that cost almost nothing, in one process: `main.ts COUNT MS`. Says where they are, as one line of JSON. */
import { createServer } from 'node:http'
import { listen, startCheapHost } from './cheap-host.ts'

const [count = 1, ms = 0] = process.argv.slice(2).map(Number)
const hosts = await Promise.all(Array.from({ length: count }, () => startCheapHost(ms)))
const total = (of: 'begun' | 'ended' | 'sockets') =>
  hosts.reduce((sum, host) => sum + host.counts()[of], 0)

const control = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify({ begun: total('begun'), ended: total('ended'), sockets: total('sockets') }),
  )
})
const port = await listen(control)
const told = { control: `http://127.0.0.1:${port}`, urls: hosts.map(({ url }) => url) }
process.stdout.write(`${JSON.stringify(told)}\n`)
