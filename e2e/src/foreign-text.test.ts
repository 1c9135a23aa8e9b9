/** Every function that takes foreign text, fed a megabyte of the worst: the work it makes may grow with the text, and no faster. */
import { describe, expect, it } from 'vitest'
import { toFileName } from '../../apps/cli/src/file-name.ts'
import { toPlainText } from '../../apps/cli/src/plain-text.ts'
import { findJsonError } from '../../apps/web/src/workflow/find-json-error.ts'
import { isPng, readPngTexts } from '../../apps/web/src/workflow/png-texts.ts'
import { formatWorkflow } from '../../apps/web/src/workflow/read-workflow.ts'
import { createUnknownMessages } from '../../apps/worker/src/job/unknown-messages.ts'
import { toBlockedWarning, toDroppedWarnings } from '../../apps/worker/src/job/warnings.ts'
import { toInputName } from '../../apps/worker/src/inputs/input-name.ts'
import { toContentType } from '../../apps/worker/src/outputs/content-type.ts'
import { createFrameParser } from '../../packages/client/src/watch/sse-parser.ts'
import { toViewPath } from '../../packages/comfyui/src/client/view.ts'
import { toRejectionError } from '../../packages/comfyui/src/failure/bound-job-error.ts'
import { stripPaths } from '../../packages/comfyui/src/failure/strip-paths.ts'
import { toJobError } from '../../packages/comfyui/src/failure/to-job-error.ts'
import { checkWorkflow } from '../../packages/comfyui/src/graph/check-workflow.ts'
import { modelsOf } from '../../packages/comfyui/src/graph/models.ts'
import { findReferences } from '../../packages/comfyui/src/graph/references.ts'
import { findUrlInputs } from '../../packages/comfyui/src/graph/url-inputs.ts'
import { collectMade } from '../../packages/comfyui/src/history/outputs.ts'
import { PromptRejected } from '../../packages/comfyui/src/errors.ts'
import { startProgress } from '../../packages/comfyui/src/progress/tracker.ts'
import { decodeBinary, decodeText } from '../../packages/comfyui/src/protocol/decode.ts'
import { toFeatures } from '../../packages/comfyui/src/protocol/features.ts'
import { parseLenientJson } from '../../packages/comfyui/src/protocol/json.ts'
import { createLogger } from '../../packages/runtime/src/logger.ts'
import { toPlainError } from '../../packages/runtime/src/plain-error.ts'
import { isSecretName, redactUrlCredentials } from '../../packages/runtime/src/redact.ts'
import { parseExact } from '../../packages/shared/src/exact-json.ts'
import { boundJson, toLine } from '../../packages/shared/src/foreign-text.ts'
import { replaceTexts } from '../../packages/shared/src/json-text.ts'
import { ranMs } from './testing/ran-ms.ts'

/** Each has sixteen times the text of the one before: a quadratic function takes 256 times as long. */
const LENGTHS = [4, 64, 1_024].map((kilo) => kilo * 1_024)
const MAX_RATIO = 64
/** Much is cut to some thousand characters first: only from here on a time says how it grows. */
const FIRST_CUT = 32 * 1_024
/** Below this a measurement says more of the machine than of the function. */
const FLOOR_MS = 8
/** What is this quick cannot be too slow at the next length, even if it is quadratic. */
const HARMLESS_MS = (FLOOR_MS * MAX_RATIO) / 256
/** Garbage of others may be collected in a single one. */
const TRIES = 5

/** What patterns stumble over: each is repeated up to the length. */
const UNITS = {
  letters: 'a',
  slashes: '/',
  backslashes: '\\',
  quotes: '"',
  'escaped quotes': '\\"',
  'quotes and backslashes': '"\\"',
  'beginnings of urls': '://',
  'urls without an end': 'a://',
  'at signs': '@',
  'urls with credentials': 'http://u:p@h ',
  colons: 'a:',
  digits: '1',
  dots: '.',
  'dots and spaces': '. ',
  spaces: ' ',
  tabs: '\t',
  'empty lines': '\n',
  'carriage returns': '\r',
  minuses: '-',
  NaN: 'NaN ',
  NaNa: 'NaNa',
  lists: '[',
  objects: '{"a":',
  'ends of lists': ']',
  commas: ', ',
  folders: '/a',
  'folders of spaces': '/- a',
  'slashes after spaces': ' /',
  drives: 'C:\\',
  'folders of a drive': 'a\\',
  frames: '\n    at a (/apps/a.ts:1:1)',
  'half frames': '\n at apps/',
  'parts of the repository': 'apps/',
  upscalers: 'upscale',
  models: 'model_name',
  names: '_',
  surrogates: '😀',
  'half surrogates': '\uD83D',
  controls: '\u0000',
} satisfies Record<string, string>

/** With an end that does not fit, patterns try everything. */
const TEXTS = Object.entries(UNITS).flatMap(([name, unit]) => {
  const make = (length: number) => unit.repeat(Math.ceil(length / unit.length))
  return [
    { name, make },
    { name: `${name} in between`, make: (length: number) => `C:\\a/${make(length)}!` },
  ]
})

const log = createLogger({ level: 'trace', name: 'test', destination: { write: () => {} } })
const graph = (text: string) => ({
  [text]: { class_type: text, inputs: { [text]: text, b: [text, 0] }, _meta: { title: text } },
})
const failureOf = (text: string) => ({
  nodeId: text,
  nodeType: text,
  exceptionType: text,
  message: text,
  traceback: [text, text],
})
const nodeErrorsOf = (text: string) => ({
  [text]: {
    class_type: text,
    dependent_outputs: [text],
    errors: [{ type: text, message: text, details: text, extra_info: { [text]: [text] } }],
  },
})

const FUNCTIONS: Record<string, (text: string) => unknown> = {
  redactUrlCredentials,
  isSecretName,
  'a log line': (text) => log.info({ text, list: [text], [text]: text }, text),
  'a logged error': (text) => log.error(new Error(text, { cause: new Error(text) })),
  toPlainError: (text) => {
    const error = new Error(text)
    error.stack = text
    return toPlainError(error, false)
  },
  stripPaths,
  toLine,
  boundJson: (text) => boundJson({ [text]: [text] }, 4_096, stripPaths),
  toJobError: (text) => toJobError(failureOf(text)),
  toRejectionError: (text) => toRejectionError(new PromptRejected(text, text, nodeErrorsOf(text))),
  toDroppedWarnings: (text) => toDroppedWarnings(nodeErrorsOf(text)),
  toBlockedWarning: (text) => toBlockedWarning(failureOf(text)),
  'unknown messages': (text) => createUnknownMessages((_, body) => log.warn(body)).note(text),
  parseLenientJson: (text) => attempt(() => parseLenientJson(text)),
  'parseLenientJson beside NaN': (text) =>
    attempt(() => parseLenientJson(`[NaN,${JSON.stringify(text)}]`)),
  'parseExact of texts': (text) => parseExact(`{"n":1.0,"a":${JSON.stringify(text)}}`),
  parseExact: (text) => attempt(() => parseExact(text)),
  decodeText,
  'decodeText of a message': (text) =>
    decodeText(`{"type":${JSON.stringify(text)},"data":{"a":NaN}}`),
  'decodeBinary of metadata': (text) => decodeBinary(toFrame(4, text)),
  'decodeBinary of a text': (text) => decodeBinary(toFrame(3, text)),
  checkWorkflow: (text) => checkWorkflow(graph(text)),
  modelsOf: (text) => modelsOf(graph(text)),
  findReferences: (text) =>
    findReferences({
      '1': { class_type: text, inputs: { [text]: { __type: 'core/ASSET', info: { id: text } } } },
    }),
  findUrlInputs: (text) =>
    findUrlInputs(
      { '1': { class_type: 'LoadImage', inputs: { image: `https://${text}`, [text]: text } } },
      null,
    ),
  replaceTexts: (text) =>
    replaceTexts(`{"a":${JSON.stringify([text, { [text]: 1 }])}}`, [
      { path: ['a', 1, text], json: '2' },
    ]),
  toInputName: (text) => toInputName({ hash: text, content_type: text, name: text }),
  startProgress: (text) => startProgress({ workflow: graph(text) }, 0),
  collectMade: (text) =>
    collectMade({
      nodeId: '1',
      runtimeId: text,
      output: { a: [{ filename: text, type: text }], text: [text], result: [text] },
      reused: false,
    }),
  toViewPath: (text) =>
    attempt(() => toViewPath({ node_id: '1', filename: text, subfolder: text, type: 'temp' })),
  toFeatures,
  toContentType: (text) => toContentType(Buffer.from(text), text),
  toFileName,
  toPlainText,
  'the event stream': (text) => createFrameParser()(text),
  'the event stream in pieces': (text) => {
    const parse = createFrameParser()
    for (let at = 0; at < text.length; at += 16) parse(text.slice(at, at + 16))
  },
  // slow by its parser, and in the browser of who chose the file: a quarter of the text
  findJsonError: (text) => findJsonError(text.slice(0, text.length / 4)),
  formatWorkflow: (text) =>
    formatWorkflow({ '1': { class_type: 'A', inputs: { link: [text, 0] } } }),
  'the texts of a picture': (text) => {
    const bytes = toPicture(text)
    return isPng(bytes) && readPngTexts(bytes)
  },
}

describe.each(Object.entries(FUNCTIONS))('%s', (_name, take) => {
  it('takes time in proportion to the text, whatever it is made of', () => {
    const slow = TEXTS.flatMap(({ name, make }) => {
      const faults = findFault((length) => {
        const text = make(length)
        return timeOf(() => take(text))
      })
      return faults === null ? [] : [`${name}: ${faults}`]
    })
    expect(slow).toEqual([])
  })
})

/** Step by step, so that what does not grow in proportion is found before it takes for ever. */
function findFault(measure: (length: number) => number): string | null {
  let before = FLOOR_MS
  for (const length of LENGTHS) {
    const most = Math.max(before, FLOOR_MS) * MAX_RATIO
    let ms = measure(length)
    for (let n = 1; n < TRIES && ms > most; n += 1) ms = Math.min(ms, measure(length))
    if (ms > most) return `${before} → ${ms} ms at ${length}`
    if (ms < HARMLESS_MS && length > FIRST_CUT) return null
    before = ms
  }
  return null
}

function timeOf(work: () => unknown): number {
  const from = ranMs()
  work()
  return ranMs() - from
}

function attempt(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    // to refuse is fine; to overflow is not
    if (error instanceof RangeError) throw error
  }
}

/** A binary frame whose first part is the text. */
function toFrame(type: number, text: string): Buffer {
  const body = Buffer.from(text)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(type, 0)
  head.writeUInt32BE(body.length, 4)
  return Buffer.concat([head, body, Buffer.from('rest')])
}

function toPicture(text: string): Uint8Array {
  const body = Buffer.from(`prompt\0${text}`)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(body.length, 0)
  head.write('tEXt', 4)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, head, body, Buffer.alloc(4)])
}
