/** Safelight for React: the hooks and the component that shows a generation. */
export { SafelightProvider, useClient } from './context.ts'
