/** Starts the page. */
import '@fontsource-variable/geist'
import '@fontsource-variable/geist-mono'
import '@safelight/client/react.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
// what every page is made of comes first: a page's own style sheet may then say otherwise
import './tokens.css'
import './base.css'
import './ui/ui.css'
import './ui/combobox.css'
import './shell/shell.css'
import { App } from './app.tsx'

const root = document.getElementById('root')
if (!root) throw new Error('the page has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
