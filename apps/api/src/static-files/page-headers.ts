/** What a browser must hold the web page to: nothing from elsewhere runs in it, and nobody frames it. */

/** @param publicUrl where outputs are fetched from, when that is not simply where the page is */
export function toPageHeaders(publicUrl: string | null): Record<string, string> {
  // the same origin named twice does no harm
  const outputs = publicUrl === null ? '' : ` ${new URL(publicUrl).origin}`
  const policy = [
    "default-src 'self'",
    `img-src 'self' blob: data:${outputs}`,
    `media-src 'self' blob:${outputs}`,
    `connect-src 'self' ws: wss:${outputs}`,
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    // addresses of jobs are nobody else's business
    'Referrer-Policy': 'no-referrer',
  }
}
