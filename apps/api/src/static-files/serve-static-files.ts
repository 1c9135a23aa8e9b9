/**
 * The built web page at `/`, and at every address that is nobody else's: the page itself knows what
 * `/jobs/abc` shows. Mounted after all routes. Needs no token: the page holds no secret, and asks for
 * one when the API does.
 */
import { join } from 'node:path'
import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express'
import { refuseUnknownPath } from '../http/mount.ts'

/** Below these, what does not exist is refused as to a program, whoever asks. */
const NOT_PAGES = /^\/+(?:api|docs|openapi\.json|livez|readyz|socket\.io)(?:\/|$)/i
const FOREVER = 'public, max-age=31536000, immutable'

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Safelight</title></head>
<body><p>The page was not built: run <code>npm run build</code>. The API is here: <a href="/docs">/docs</a>.</p></body></html>
`

export interface StaticFilesOptions {
  folder: string
  /** Addresses whose origins hold what the page shows, when that is not simply where the page is. */
  contentUrls: readonly string[]
}

export function serveStaticFiles({ folder, contentUrls }: StaticFilesOptions): Router {
  const pageHeaders = toPageHeaders(contentUrls)

  function serveFiles(root: string, cacheControl: string): RequestHandler {
    return express.static(root, {
      index: false,
      redirect: false,
      cacheControl: false,
      setHeaders(response: Response) {
        response.set({ ...pageHeaders, 'Cache-Control': cacheControl })
      },
    })
  }

  const files = serveFiles(folder, 'no-cache')

  function servePage(request: Request, response: Response, next: NextFunction): void {
    response.vary('Accept')
    if (!wantsPage(request)) return next()
    request.url = '/index.html'
    // looked for at each request: it may be built while we run
    files(request, response, (error?: unknown) => {
      if (error) next(error)
      else response.status(404).set(pageHeaders).type('html').send(NOT_BUILT)
    })
  }

  const router = express.Router()
  router.use((request, _response, next) =>
    next(NOT_PAGES.test(request.path) ? 'router' : undefined),
  )
  // the build names these by their content; one that is gone must not be answered with a page
  router.use('/assets', serveFiles(join(folder, 'assets'), FOREVER), refuseUnknownPath)
  router.use(files)
  router.get('/{*path}', servePage)
  return router
}

/** Whoever asks for `/` without a wish gets the page; elsewhere only who prefers HTML, as browsers do. */
function wantsPage(request: Request): boolean {
  const offers = request.path === '/' ? ['html', 'json'] : ['json', 'html']
  return request.accepts(offers) === 'html'
}

/** What a browser must hold the web page to: nothing from elsewhere runs in it, and nobody frames it. */
function toPageHeaders(contentUrls: readonly string[]): Record<string, string> {
  // the same origin named twice does no harm
  const outputs = contentUrls.map((url) => ` ${new URL(url).origin}`).join('')
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
