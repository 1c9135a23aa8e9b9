/** After a restart: connections it cut may still look usable for a moment. */
import type { Visitor } from './visitor.ts'
import { until } from './wait.ts'

export async function untilAnswering(visitor: Visitor): Promise<void> {
  await until(
    () =>
      visitor.get('/prompt').then(
        () => true,
        () => false,
      ),
    () => 'no answer after the restart',
  )
}
