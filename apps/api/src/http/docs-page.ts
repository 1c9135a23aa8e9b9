/** `/docs`: the OpenAPI document as one readable page that loads nothing else and runs no script. */
import {
  type DocsModel,
  type DocsOperation,
  type DocsSchema,
  docsModelSchema,
} from './docs-model.ts'

/** One column, light and dark, no foreign fonts. */
const STYLE = `
:root { color-scheme: light dark; --paper: #fbfaf8; --ink: #23201d; --soft: #6d665f; --line: #e3ded7; --card: #fff; --accent: #a3301f; --get: #1f6f54; --post: #8a5a00; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #171413; --ink: #ece6df; --soft: #a0978d; --line: #37302c; --card: #1f1b19; --accent: #ff7a5c; --get: #6fcfa8; --post: #e8b75a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; }
h1 { font-size: 2rem; margin: 0; letter-spacing: -.02em; }
h2 { margin: 3rem 0 .25rem; font-size: 1.3rem; }
h4 { margin: 1.1rem 0 .3rem; font-size: .78rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
p { margin: .4rem 0; } .soft { color: var(--soft); }
a { color: var(--accent); }
code, .path, .type { font: .88em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
details { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: .6rem 0; }
details > div { padding: 0 1rem 1rem; border-top: 1px solid var(--line); }
summary { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; padding: .7rem 1rem; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: .6rem; }
.method { font-weight: 700; font-size: .78rem; min-width: 3rem; text-transform: uppercase; }
.get { color: var(--get); } .post { color: var(--post); } .delete { color: var(--accent); }
.path { font-weight: 600; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
td { padding: .35rem .8rem .35rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:first-child td { border-top: 0; }
td:first-child { white-space: nowrap; width: 1%; }
.type { color: var(--soft); }
`

/** @param document an OpenAPI 3.1 document */
export function renderDocs(document: unknown): string {
  const model = docsModelSchema.parse(document)
  const { title, version, description } = model.info
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} API</title><style>${STYLE}</style></head>
<body><main>
<h1>${escapeHtml(title)} API</h1>
<p class="soft">Version ${escapeHtml(version)} · <a href="openapi.json">openapi.json</a></p>
<p>${toText(description)}</p>
${model.tags.map((tag) => renderTag(tag, model)).join('\n')}
<h2>Schemas</h2>
${Object.entries(model.components.schemas).map(renderSchema).join('\n')}
</main></body></html>`
}

function renderTag(tag: DocsModel['tags'][number], model: DocsModel): string {
  const operations = Object.entries(model.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag.name))
      .map(([method, operation]) => renderOperation(method, path, operation)),
  )
  return `<h2>${escapeHtml(toTitle(tag.name))}</h2><p class="soft">${toText(tag.description)}</p>${operations.join('\n')}`
}

function renderOperation(method: string, path: string, operation: DocsOperation): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation
  return `<details id="${escapeHtml(operationId)}"><summary>
<span class="method ${escapeHtml(method)}">${escapeHtml(method)}</span>
<span class="path">${escapeHtml(path)}</span><span class="soft">${toText(summary)}</span></summary><div>
${description ? `<p>${toText(description)}</p>` : ''}
${section(
  'Parameters',
  parameters.map(({ name, in: place, required, description, schema }) => [
    `<code>${escapeHtml(name)}</code>`,
    `<span class="type">${escapeHtml(place)}, ${toType(schema)}${required ? ', required' : ''}</span> ${toText(description ?? schema?.description ?? '')}`,
  ]),
)}
${section('Body', requestBody ? [[contentOf(requestBody.content), '']] : [])}
${section(
  'Answers',
  Object.entries(responses).map(([status, response]) => [
    `<code>${escapeHtml(status)}</code>`,
    `${toText(response.description)} ${response.content ? contentOf(response.content) : ''}`,
  ]),
)}
</div></details>`
}

function renderSchema([name, schema]: [string, DocsSchema]): string {
  const required = new Set(schema.required)
  const rows = Object.entries(schema.properties ?? {}).map(([field, inner]) => [
    `<code>${escapeHtml(field)}</code>`,
    `<span class="type">${toType(inner)}${required.has(field) ? '' : ', optional'}</span> ${toText(inner.description ?? '')}`,
  ])
  const body = rows.length > 0 ? section('Fields', rows) : `<p class="type">${toType(schema)}</p>`
  return `<details id="schema-${escapeHtml(name)}"><summary><span class="path">${escapeHtml(name)}</span>
<span class="soft">${toText(schema.description ?? '')}</span></summary><div>${body}</div></details>`
}

function section(title: string, rows: string[][]): string {
  if (rows.length === 0) return ''
  const cells = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  return `<h4>${title}</h4><table>${cells.join('')}</table>`
}

function contentOf(content: Record<string, { schema?: DocsSchema | undefined }>): string {
  return Object.entries(content)
    .map(([type, { schema }]) => `<span class="type">${escapeHtml(type)} ${toType(schema)}</span>`)
    .join(' ')
}

/** The type as one line of HTML, named schemas as links. */
function toType(schema: DocsSchema | undefined): string {
  if (!schema) return 'any'
  if (schema.$ref) {
    const name = escapeHtml(schema.$ref.split('/').at(-1) ?? '')
    return `<a href="#schema-${name}">${name}</a>`
  }
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.map(toType).join(' or ')
  if (schema.allOf) return schema.allOf.map(toType).join(' and ')
  if (schema.enum) return schema.enum.map((value) => escapeHtml(JSON.stringify(value))).join(' | ')
  if (schema.const !== undefined) return escapeHtml(JSON.stringify(schema.const))
  if (schema.items) return `list of ${toType(schema.items)}`
  const type = [schema.type ?? 'any'].flat().join(' or ')
  return escapeHtml(schema.format ? `${type} (${schema.format})` : type)
}

function toTitle(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** Descriptions are plain text with `code` in backticks. */
function toText(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    '&': 'amp',
    '<': 'lt',
    '>': 'gt',
    '"': 'quot',
    "'": '#39',
  }
  return text.replace(/[&<>"']/g, (char) => `&${names[char]};`)
}
