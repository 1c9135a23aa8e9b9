/** What runs for the first time is slow, and goes on to be optimised for a thousand jobs: whoever is measured has that behind it. */
import { byScale, type Scale } from './section.ts'
import { spend } from './spend.ts'
import type { Stack } from './stack.ts'
import { byWay } from './ways/by-way.ts'
import { direct } from './ways/direct.ts'
import { trivial } from './workflows.ts'

/** Through all of Safelight. A worker spends a sixth of its CPU on compiling in its first thousand, and a thirtieth after three. */
const JOBS: Record<Scale, number> = { smoke: 10, usual: 1_000, long: 1_000 }
/** Of each host, fed directly: they share the others. */
const OF_EACH_HOST: Record<Scale, number> = { smoke: 0, usual: 200, long: 200 }
const AT_ONCE = 250

export async function warmUp(stack: Stack, scale: Scale): Promise<void> {
  const trivials = (count: number) => Array.from({ length: count }, trivial)
  const jobs = byScale(scale, JOBS)
  for (let done = 0; done < jobs; done += AT_ONCE)
    await spend(stack, trivials(Math.min(AT_ONCE, jobs - done)), { scale })
  const each = byScale(scale, OF_EACH_HOST)
  if (each > 0) await byWay(stack, direct, trivials(each * stack.cluster.simulators.length))
}
