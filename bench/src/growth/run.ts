/** What grows with what is kept, with what waits and with the fleet; and how long a death is felt. */
import type { Section } from '../section.ts'
import { manyHosts } from './fleet.ts'
import { withMoreKept } from './kept.ts'
import { bytesPerJob } from './memory.ts'
import { ofTheSimulator } from './own-cost.ts'
import { afterAKill } from './recovery.ts'

export const growth: Section = {
  name: 'growth',
  title: 'Cost by what is kept, waits and is driven; recovery',
  async run(context) {
    return [
      ...(await ofTheSimulator(context)),
      ...(await withMoreKept(context)),
      ...(await bytesPerJob(context)),
      ...(await afterAKill(context)),
      ...(await manyHosts(context)),
    ]
  },
}
