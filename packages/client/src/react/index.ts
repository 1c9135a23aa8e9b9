/** Safelight for React: the hooks and the component that shows a generation. */
export { SafelightProvider, useClient } from './context.ts'
export {
  GenerationProgress,
  type GenerationProgressProps,
  type GenerationShownOptions,
} from './generation-progress.tsx'
export { GenerationView, type GenerationViewProps } from './generation-view.tsx'
export { type DisplayOptions, useJobDisplay } from './use-job-display.ts'
export { type Generation, type GenerationOptions, useGeneration } from './use-generation.ts'
export { type Submission, useSubmit } from './use-submit.ts'
