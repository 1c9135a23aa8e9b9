/** Submits a text-to-image workflow, and watches it become a picture. */
import { createClient } from '@safelight/client'
import { GenerationProgress, SafelightProvider, useSubmit } from '@safelight/client/react'
import '@safelight/client/react.css'
import type { SubmitEvent } from 'react'
import { createRoot } from 'react-dom/client'
import example from '../text-to-image.json'

const client = createClient()

/** The example with another text, and another seed so that it is not cached. */
function toWorkflow(text: string) {
  const workflow = structuredClone(example)
  workflow['6'].inputs.text = text
  workflow['3'].inputs.seed = Math.floor(Math.random() * 2 ** 32)
  return workflow
}

function Page() {
  const { submit, jobs, isSubmitting, error } = useSubmit()
  const generate = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = new FormData(event.currentTarget).get('text')
    if (typeof text === 'string') void submit(toWorkflow(text))
  }
  return (
    <>
      <form onSubmit={generate}>
        <input name="text" aria-label="Text" size={40} defaultValue="a lighthouse at dusk" />{' '}
        <button disabled={isSubmitting}>Generate</button>
      </form>
      {error && <p role="alert">{error.message}</p>}
      <GenerationProgress jobId={jobs.at(-1)?.id ?? null} />
    </>
  )
}

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <SafelightProvider client={client}>
      <Page />
    </SafelightProvider>,
  )
}
