/** Jobs made by hand, for the tests of whoever shows or carries them. */
export { newJobView } from './new-job-view.ts'
export { newSnapshot } from './new-snapshot.ts'
