/** A text, read in place: its beginning, if it is long. */
import { useClient } from '@safelight/client/react'
import type { OutputView } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'
import { FileCard } from './file-card.tsx'
import { formatSize } from './format-size.ts'
import { readBoundedText } from './read-bounded-text.ts'

/** As much as anybody reads here; the rest is for an editor. */
const MAX_BYTES = 64 * 1024

export function TextOutput({ output }: { output: OutputView }) {
  const client = useClient()
  const { id, url } = output
  const { data, isError } = useQuery({
    queryKey: ['output-text', id],
    queryFn: async ({ signal }) =>
      readBoundedText(await client.outputs.fetch({ url }, { signal }), MAX_BYTES),
    // content never changes
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (isError) return <FileCard output={output} note="It could not be read." />
  return (
    <div className="text-output">
      <pre tabIndex={0}>{data?.text}</pre>
      {data?.cut && (
        <p className="soft small">
          The first {formatSize(MAX_BYTES)} of {formatSize(output.size_bytes)}. Save it to read on.
        </p>
      )}
    </div>
  )
}
