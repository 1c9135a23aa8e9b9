/** A stack on a test bed. */
import { openTestBed } from '@safelight/testkit/vitest'
import { type Stack, type StackOptions, startStack } from './stack.ts'

/** For a test, or the tests of a file: gone without a trace when it closes, unless one of them is red. */
export async function openTestStack(options: StackOptions = {}): Promise<Stack> {
  const bed = await openTestBed()
  try {
    const stack = bed.scope.use(await startStack(options, bed))
    return { ...stack, close: () => bed.close() }
  } catch (error) {
    await bed.close()
    throw error
  }
}
