/** GET /api/v2/jobs/{id}/why: what the job waits for, or is at. */
import { whyViewSchema } from '@safelight/shared'
import { type ApiRoute, defineRoute } from '../http/route.ts'
import { jobParams } from '../jobs/job-id.ts'
import { noSuchJob } from '../jobs/read.ts'
import { explain } from './explain.ts'
import type { ReadWhyFacts } from './facts.ts'

export interface WhyDeps {
  readFacts: ReadWhyFacts
}

export function whyRoute({ readFacts }: WhyDeps): ApiRoute {
  return defineRoute({
    method: 'get',
    path: '/api/v2/jobs/{id}/why',
    operationId: 'explainJob',
    tag: 'jobs',
    summary: 'Why a job is not done yet',
    description:
      'What it waits for (who is ahead, which hosts could run it and why they do not), or what it is at: in plain words, and in data. Made anew with each call, from what was known of the hosts a second ago at most, at a cost that does not grow with the queue.',
    request: { params: jobParams },
    success: { status: 200, description: 'The reason.', schema: whyViewSchema },
    errors: ['unauthorized', 'not_found', 'upstream_error', 'unavailable'],
    async handle({ params }) {
      const facts = await readFacts(params.id)
      if (!facts) throw noSuchJob()
      return { body: explain(facts) }
    },
  })
}
