/**
 * What many are sent alike is written once: kept with what it was written of (an event, a snapshot), and gone with it.
 *
 * @param form which of the ways to write it; two callers that name the same one would have written the same
 */
export type Once<T> = (of: object, form: string, write: () => T) => T

export function createOnce<T>(): Once<T> {
  const written = new WeakMap<object, Map<string, T>>()
  return (of, form, write) => {
    const forms = written.get(of) ?? new Map<string, T>()
    const known = forms.get(form)
    if (known !== undefined) return known
    const made = write()
    forms.set(form, made)
    written.set(of, forms)
    return made
  }
}
