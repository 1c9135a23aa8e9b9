/** The look of the docs page: one column, light and dark, no foreign fonts. */

export const DOCS_STYLE = `
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
