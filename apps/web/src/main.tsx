/** Starts the page. */
import '@fontsource-variable/geist'
import '@fontsource-variable/geist-mono'
import '@safelight/client/react.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/sl-theme.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'

const root = document.getElementById('root')
if (!root) throw new Error('the page has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
