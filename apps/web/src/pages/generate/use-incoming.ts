/** Workflows that come from outside: a file dropped anywhere on the page, or something pasted beside the fields. */
import { useEffect, useEffectEvent, useState } from 'react'
import { readFile } from '../../workflow/read-file.ts'
import { type ReadResult, readWorkflow } from '../../workflow/read-workflow.ts'

export interface Incoming {
  name: string
  read: ReadResult
  /** What it was read from, unless it was a text. */
  file?: File
}

/** @returns whether a file hovers over the page */
export function useIncoming(onIncoming: (incoming: Incoming) => void): boolean {
  const [isOver, setIsOver] = useState(false)
  const give = useEffectEvent(onIncoming)
  useEffect(() => {
    const leaving = new AbortController()
    const { signal } = leaving
    const take = async (file: File | undefined) => {
      if (!file) return
      const incoming = await readIncoming(file)
      if (!signal.aborted) give(incoming)
    }
    const hover = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      // without this the browser would open the file instead
      event.preventDefault()
      setIsOver(true)
    }
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      setIsOver(false)
      if (!takesFiles(event.target)) void take(event.dataTransfer.files[0])
    }
    const leave = (event: DragEvent) => {
      // moving from one element to the next is no leaving
      if (event.relatedTarget === null) setIsOver(false)
    }
    const paste = (event: ClipboardEvent) => {
      if (isTextField(event.target) || takesFiles(event.target)) return
      const [file] = event.clipboardData?.files ?? []
      if (file) return void take(file)
      const text = event.clipboardData?.getData('text') ?? ''
      // what is no JSON was not meant for this page
      if (/^\s*[{[]/.test(text)) give({ name: 'Pasted workflow', read: readWorkflow(text) })
    }
    window.addEventListener('dragenter', hover, { signal })
    window.addEventListener('dragover', hover, { signal })
    window.addEventListener('dragleave', leave, { signal })
    window.addEventListener('drop', drop, { signal })
    window.addEventListener('paste', paste, { signal })
    return () => leaving.abort()
  }, [])
  return isOver
}

export async function readIncoming(file: File): Promise<Incoming> {
  const name = file.name.replace(/\.[a-z0-9]+$/i, '').trim() || 'Workflow'
  try {
    return { name, read: await readFile(file), file }
  } catch {
    const explanation = 'The browser could not read it; it may have been moved, or be a folder.'
    return { name, read: { ok: false, title: 'This file cannot be read', explanation }, file }
  }
}

/** A place that does something else with files than look for a workflow in them. */
function takesFiles(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-takes-files], dialog') !== null
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable]') !== null
  )
}
