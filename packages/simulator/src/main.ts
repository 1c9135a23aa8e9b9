/** The simulator as a process: reads its flags, prints its address, ends on a signal. */
import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { DIALECTS, isDialect } from './dialect.ts'
import { EXIT_FAULTS, RAISED_FAULTS, SUBMIT_FAULTS } from './faults/faults.ts'
import { readFaults } from './faults/read-faults.ts'
import { isRecord } from './record.ts'
import { readModelMemory } from './nodes/loaded-models.ts'
import { startSimulator } from './simulator.ts'

const USAGE = `A ComfyUI that needs no GPU.

  --port <number>      port to listen on (8188; 0 takes any free one)
  --host <address>     address to listen on (127.0.0.1)
  --dialect <version>  ${DIALECTS.join(', ')} (0.33.0; 0.45 is read, not recorded)
  --speed <number>     1 is realistic, 10 ten times faster, Infinity without waiting (1)
  --seed <number>      for what ComfyUI leaves to chance (1)
  --no-previews        send no preview pictures
  --vram-gb <number>   memory of the GPU, as /system_stats tells it (24)
  --memory <json>      how many models have room and what loading one takes, in ms, e.g.
                       '{"kept":1,"loadMs":{"sd_xl_base_1.0.safetensors":4000}}' (no bound, 1500 each);
                       what a step with one takes per megapixel: {"stepMs":{"…":400}} (120, whatever the size)
  --faults <json>      what fails from the start, e.g. '{"slowHttp":500}'
  --models <json>      folder → its model files, e.g. '{"loras":["a.safetensors"]}', in place of the usual ones
  --executions <file>  append a JSON line at each start and end of an execution; it outlives a kill
  --help               this text

Faults, also turned while it runs with POST /_simulator/faults and read with GET:
  deafReconnect, deaf, blockedDelivery, held, executorDead, historyWiped, historyGone, inputsLost,
  wsRefused, promptCrashes, cacheEvicts, refusesUsedIds, partialSuccess, foreignMetadata: true or false
  lostInterrupts, outOfMemory, historyLate, historyHollow: how many; slowHttp: milliseconds
  unservedFile: part of a file's name; unservedStatus: what is answered for it
  demandsAuthorization: the header that a call must bear; deniedStatus: 401, 403, or 302 to a login page
  nodesRaise: ${RAISED_FAULTS.join(', ')}
  submitFails: ${SUBMIT_FAULTS.join(', ')}; exitDuring: ${EXIT_FAULTS.join(', ')}
POST /_simulator/models {"folder", "add" or "remove"} changes what models it lists.
GET /_simulator/executions lists what ran, from ?from=<number> on; /_simulator/loads the models that were loaded for it;
/_simulator/uploads lists what was uploaded;
/_simulator/requests counts calls of /object_info.
`

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8188' },
    host: { type: 'string', default: '127.0.0.1' },
    dialect: { type: 'string', default: '0.33.0' },
    speed: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    'no-previews': { type: 'boolean', default: false },
    executions: { type: 'string' },
    'vram-gb': { type: 'string', default: '24' },
    memory: { type: 'string', default: '{}' },
    faults: { type: 'string', default: '{}' },
    models: { type: 'string', default: '{}' },
    help: { type: 'boolean', default: false },
  },
})

function fail(problem: string): never {
  process.stderr.write(`${problem}\n\n${USAGE}`)
  process.exit(2)
}

function parse<T>(flag: 'faults' | 'memory' | 'models', read: (json: unknown) => T): T {
  const json = values[flag]
  try {
    return read(JSON.parse(json))
  } catch (error) {
    return fail(`no ${flag}: ${error instanceof Error ? error.message : json}`)
  }
}

function readModels(given: unknown): Record<string, string[]> {
  if (isRecord(given) && Object.values(given).every(isListOfNames)) {
    // every member was looked at
    return given as Record<string, string[]>
  }
  throw new Error('folder → a list of names')
}

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

if (values.help) {
  process.stdout.write(USAGE)
} else {
  const { host, dialect } = values
  const port = Number(values.port)
  const speed = Number(values.speed)
  const seed = Number(values.seed)
  const vramGb = Number(values['vram-gb'])
  const faults = parse('faults', readFaults)
  const models = parse('models', readModels)
  const modelMemory = parse('memory', readModelMemory)
  if (!isDialect(dialect)) fail(`unknown dialect: ${dialect}`)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`no port: ${values.port}`)
  if (!(speed > 0)) fail(`speed must be above 0: ${values.speed}`)
  if (!Number.isInteger(seed)) fail(`seed must be a whole number: ${values.seed}`)
  if (!(vramGb > 0)) fail(`no amount of memory: ${values['vram-gb']}`)

  const previews = !values['no-previews']
  const { executions } = values
  const simulator = await startSimulator({
    port,
    host,
    dialect,
    speed,
    seed,
    previews,
    vramGb,
    modelMemory,
    faults,
    models,
    exit: () => process.exit(1),
    // at once: a killed process writes nothing more
    ...(executions
      ? { onExecution: (line) => appendFileSync(executions, `${JSON.stringify(line)}\n`) }
      : {}),
  })
  process.stdout.write(`simulator listening on ${simulator.url}\n`)
  const stop = (): void => {
    void simulator.close().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}
