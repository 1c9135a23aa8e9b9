/** `multipart/form-data` around a content of any size, as a stream: for Node, where a form wants the whole of it. */

export interface FormFields {
  /** In the order in which they are sent; the content comes last, as the API wants it. */
  fields: readonly (readonly [name: string, value: string])[]
  fileName: string
  contentType: string
}

export interface MultipartBody {
  contentType: string
  body: ReadableStream<Uint8Array>
}

/** @param onChunk called with the bytes of the content that went out with each part of it */
export function toMultipart(
  { fields, fileName, contentType }: FormFields,
  content: AsyncIterable<Uint8Array>,
  { boundary, onChunk }: { boundary: string; onChunk?: (bytes: number) => void },
): MultipartBody {
  const heads = fields.map(
    ([name, value]) => `${toHead(boundary, `name="${escape(name)}"`)}\r\n${value}\r\n`,
  )
  const last = `name="file"; filename="${escape(fileName)}"`
  const head = `${heads.join('')}${toHead(boundary, last)}Content-Type: ${contentType}\r\n\r\n`
  const encoder = new TextEncoder()

  async function* parts(): AsyncGenerator<Uint8Array, void, undefined> {
    yield encoder.encode(head)
    for await (const chunk of content) {
      yield chunk
      onChunk?.(chunk.byteLength)
    }
    yield encoder.encode(`\r\n--${boundary}--\r\n`)
  }
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: toStream(parts()) }
}

function toHead(boundary: string, disposition: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`
}

/** As browsers write names into a form. */
function escape(text: string): string {
  return text.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22')
}

/** `ReadableStream.from`, which not every type library knows. */
function toStream<T>(parts: AsyncGenerator<T, void, undefined>): ReadableStream<T> {
  return new ReadableStream<T>({
    async pull(controller) {
      const { done, value } = await parts.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await parts.return()
    },
  })
}
