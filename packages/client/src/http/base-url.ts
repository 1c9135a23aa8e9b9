/** Where the API is: an absolute address without a slash at the end. */

/** @throws TypeError when there is no such address: outside of a browser one must be given */
export function toBaseUrl(given: string | undefined): string {
  const here = typeof location === 'undefined' ? undefined : location.href
  if (given === undefined && here === undefined) {
    throw new TypeError('baseUrl is needed outside of a browser, e.g. http://127.0.0.1:8080')
  }
  const { origin, pathname, protocol } = new URL(given ?? '/', here)
  if (!/^https?:$/.test(protocol)) throw new TypeError(`baseUrl must be http or https: ${given}`)
  return `${origin}${pathname.replace(/\/+$/, '')}`
}
