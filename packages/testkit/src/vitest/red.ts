/** Whether what a test opened should be kept for whoever looks for the fault: the test is red, or one before it in this file was. */
import { afterEach, beforeAll, TestRunner } from 'vitest'

let fileIsRed = false

/** For the set-up file: a stack that tests of a file share is closed after all of them. */
export function watchForRed(): void {
  beforeAll(() => {
    fileIsRed = false
  })
  afterEach(({ task }) => {
    fileIsRed ||= task.result?.state === 'fail'
  })
}

export function isRed(): boolean {
  return fileIsRed || TestRunner.getCurrentTest()?.result?.state === 'fail'
}
