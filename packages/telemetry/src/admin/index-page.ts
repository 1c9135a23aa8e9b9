/** The first page of the admin port: what is there. */
import type { AdminRoute } from './admin-route.ts'

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}' +
  'dt{font-family:ui-monospace,monospace}dd{margin:0 0 1rem;opacity:.75}:root{color-scheme:light dark}'

/** @param title which process this is */
export function renderIndexPage(title: string, routes: readonly AdminRoute[]): string {
  const entries = routes.map(({ path, summary }) => {
    const name = escapeHtml(path)
    // what needs an id cannot be followed
    const link = path.includes('{') ? name : `<a href="${name}">${name}</a>`
    return `<dt>${link}</dt><dd>${escapeHtml(summary)}</dd>`
  })
  const name = escapeHtml(title)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${name}</title><style>${STYLE}</style><h1>${name}</h1><dl>${entries.join('')}</dl></html>`
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign)
}
