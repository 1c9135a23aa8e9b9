/** Serves the page; what it asks of Safelight goes to the one that runs here. */
import { defineConfig } from 'vite'

const target = process.env['SAFELIGHT_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  // inside this repository the client is used as it is written, without a build
  resolve: { conditions: ['@safelight/source', 'module', 'browser', 'development|production'] },
  server: { proxy: { '/api': target, '/socket.io': { target, ws: true } } },
})
