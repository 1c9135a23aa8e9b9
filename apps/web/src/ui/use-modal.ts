/** A `<dialog>` that is open, above everything, for as long as it is mounted. */
import { type RefObject, useEffect, useRef } from 'react'

export function useModal(): RefObject<HTMLDialogElement | null> {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    if (dialog && !dialog.open) dialog.showModal()
  }, [])
  return ref
}
