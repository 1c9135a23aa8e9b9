/** Forms that no client sends: each is refused, and none ends the process. */
import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { type ApiStack, shareStack } from '../testing/api-stack.ts'
import { readError } from '../testing/http.ts'
import { openUpload, upload } from '../testing/uploads.ts'

let stack: ApiStack
shareStack((shared) => (stack = shared))

const FIELD = 'content-disposition: form-data; name="content_type"\r\n\r\nimage/png\r\n'
const FILE = 'content-disposition: form-data; name="file"; filename="x"\r\n\r\nbytes\r\n'

it.each([
  ['a field without a name', 'content-disposition: form-data\r\n\r\nx\r\n'],
  ['a field with an empty name', 'content-disposition: form-data; name=""\r\n\r\nx\r\n'],
  ['a file without a name', 'content-disposition: form-data; filename="x"\r\n\r\nx\r\n'],
  ['a part without a head', '\r\nx\r\n'],
  ['a part that is something else', 'content-disposition: attachment; name="file"\r\n\r\nx\r\n'],
  ['a head that is none', 'what is this\r\n\r\nx\r\n'],
  ['a field of the prototype', 'content-disposition: form-data; name="__proto__"\r\n\r\nx\r\n'],
  [
    'a field in a charset that nobody knows',
    'content-disposition: form-data; name="tags"\r\ncontent-type: text/plain; charset=utf-7\r\n\r\nx\r\n',
  ],
  [
    'a form in the form',
    'content-disposition: form-data; name="x"\r\ncontent-type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n',
  ],
])('refuses a form with %s', async (_, part) => {
  for (const parts of [[part], [FIELD, part], [FIELD, part, FILE], [FIELD, FILE, part]]) {
    const response = await fetch(`${stack.api.url}/api/v2/assets`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: `${parts.map((one) => `--b\r\n${one}`).join('')}--b--\r\n`,
    })
    expect([response.status, (await readError(response)).code]).toEqual([422, 'invalid_upload'])
  }
  await upload(stack.api.url)
})

it('takes no more around a file than a file may have', async () => {
  const small = await stack.startApi({ MAX_UPLOAD_BYTES: '1kb' })
  const path = 'content-disposition: form-data; name="file_path"\r\n\r\nx\r\n'
  const form = [FIELD, path, FILE].map((part) => `--b\r\n${part}`).join('')
  const much = 'x'.repeat(100_000)
  for (const body of [`${much}\r\n${form}--b--\r\n`, `${form}--b--\r\n${much}`]) {
    // without its length, which would be enough to refuse it
    const request = openUpload(small.url)
    const answer = once(request, 'response')
    request.write(body)
    request.end()
    const [response] = z.tuple([z.instanceof(IncomingMessage)]).parse(await answer)
    expect([response.statusCode, await json(response)]).toMatchObject([
      413,
      { error: { code: 'payload_too_large', details: { limit_bytes: 1_024 } } },
    ])
  }
})
