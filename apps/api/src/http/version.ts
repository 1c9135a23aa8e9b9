/** `GET /version`: which server this is. */
import type { Build } from '@safelight/runtime'
import { CONTRACT_VERSION, versionViewSchema } from '@safelight/shared'
import { type ApiRoute, defineRoute } from './route.ts'

export function versionRoute({ version, commit }: Build): ApiRoute {
  return defineRoute({
    method: 'get',
    path: '/api/v2/version',
    operationId: 'getVersion',
    tag: 'service',
    summary: 'Which Safelight this is',
    success: { status: 200, description: 'Its versions.', schema: versionViewSchema },
    errors: ['unauthorized'],
    handle: () => ({
      body: { version, commit, contract: CONTRACT_VERSION, node: process.versions.node },
    }),
  })
}
