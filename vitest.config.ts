import { defineConfig } from 'vitest/config'

export default defineConfig({
  // tests run the sources, never a stale build
  resolve: { conditions: ['@safelight/source'] },
  ssr: { resolve: { conditions: ['@safelight/source'] } },
  test: {
    include: ['{packages,apps,tools}/*/src/**/*.test.ts', 'e2e/src/**/*.test.ts'],
    globalSetup: ['e2e/src/global-setup.ts'],
    retry: 0,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
