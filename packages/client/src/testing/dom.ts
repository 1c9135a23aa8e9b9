/** A document for React in a Node process, with Node's own fetch, URL, Blob and timers left as they are. Imported first. */
import { Window } from 'happy-dom'

/** What React and Testing Library look for; nothing that Node has, too. */
const NAMES = [
  'document',
  'navigator',
  'Node',
  'Element',
  'HTMLElement',
  'HTMLIFrameElement',
  'HTMLInputElement',
  'SVGElement',
  'DocumentFragment',
  'MutationObserver',
  'getComputedStyle',
] as const

const window = new Window({ url: 'http://safelight.test/' })
for (const name of NAMES) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true })
}
Object.defineProperty(globalThis, 'window', { value: window, configurable: true })
Object.defineProperty(globalThis, 'IS_REACT_ACT_ENVIRONMENT', { value: true, writable: true })
