/** Builds the page; in development it is served with the API's answers behind it. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const API = process.env['SAFELIGHT_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  // the sources of our own packages: a change shows at once, and nothing has to be built before
  resolve: { conditions: ['@safelight/source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 700 },
  server: {
    port: 5173,
    proxy: {
      // the host that the browser asked for is passed on: the API takes no orders from other origins
      '/api': { target: API, changeOrigin: false },
      '/docs': API,
      '/openapi.json': API,
      '/socket.io': { target: API, ws: true },
    },
  },
})
