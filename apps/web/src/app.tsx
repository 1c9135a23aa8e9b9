/** The page: its providers, its frame, and which address shows what. */
import { SafelightProvider } from '@safelight/client/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, Route, Switch } from 'wouter'
import { AssetPage } from './pages/assets/asset-page.tsx'
import { AssetsPage } from './pages/assets/assets-page.tsx'
import { FleetPage } from './pages/fleet/fleet-page.tsx'
import { GeneratePage } from './pages/generate/generate-page.tsx'
import { JobPage } from './pages/job/job-page.tsx'
import { JobsPage } from './pages/jobs/jobs-page.tsx'
import { AccessContext, createAccess } from './shell/access.ts'
import { createPageClient } from './shell/client.ts'
import { Frame } from './shell/frame.tsx'
import { TokenGate } from './shell/token-gate.tsx'
import { Empty } from './ui/notice.tsx'

export function App() {
  const [access] = useState(createAccess)
  const [client] = useState(() => createPageClient(access))
  const [queries] = useState(() => new QueryClient())
  return (
    <QueryClientProvider client={queries}>
      <SafelightProvider client={client}>
        <AccessContext value={access}>
          <Frame>
            <Switch>
              <Route path="/" component={GeneratePage} />
              <Route path="/jobs" component={JobsPage} />
              <Route path="/jobs/:id">{({ id }) => <JobPage key={id} jobId={id} />}</Route>
              <Route path="/gallery" component={AssetsPage} />
              <Route path="/gallery/:id">{({ id }) => <AssetPage key={id} assetId={id} />}</Route>
              <Route path="/fleet" component={FleetPage} />
              <Route>
                <Empty
                  isPage
                  title="There is no such page"
                  action={<Link href="/">To the start</Link>}
                >
                  The address may be mistyped.
                </Empty>
              </Route>
            </Switch>
          </Frame>
          <TokenGate />
        </AccessContext>
      </SafelightProvider>
    </QueryClientProvider>
  )
}
