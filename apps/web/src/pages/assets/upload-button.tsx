/** Uploads files for later: they are assets then, and can be put into any workflow. */
import { useClient } from '@safelight/client/react'
import { useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Sign } from '../../ui/sign.tsx'

type State = { step: 'idle' } | { step: 'busy'; words: string } | { step: 'failed'; words: string }

export function UploadButton({ onUploaded }: { onUploaded: () => void }) {
  const client = useClient()
  const chooser = useRef<HTMLInputElement>(null)
  const [state, setState] = useState<State>({ step: 'idle' })

  async function send(files: readonly File[]): Promise<void> {
    try {
      for (const [at, file] of files.entries()) {
        const which = files.length > 1 ? `${at + 1} of ${files.length}, ` : ''
        await client.assets.upload(file, {
          onProgress({ sent, total }) {
            const percent = total ? Math.floor((sent / total) * 100) : 100
            setState({ step: 'busy', words: `Uploading ${which}${percent} %` })
          },
        })
        onUploaded()
      }
      setState({ step: 'idle' })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      setState({ step: 'failed', words: reason })
    }
  }

  return (
    <div className="asset-upload">
      {state.step === 'failed' && (
        <p className="asset-upload-problem" role="alert">
          {state.words}
        </p>
      )}
      <Button disabled={state.step === 'busy'} onClick={() => chooser.current?.click()}>
        <Sign name="upload" /> {state.step === 'busy' ? state.words : 'Upload'}
      </Button>
      <input
        ref={chooser}
        type="file"
        hidden
        multiple
        aria-label="Files to upload"
        onChange={({ currentTarget }) => {
          void send([...(currentTarget.files ?? [])])
          currentTarget.value = ''
        }}
      />
    </div>
  )
}
