/** Serves the page; what it asks of Safelight goes to the one that runs here. */
import process from 'node:process'
import { defineConfig } from 'vite'

const target = process.env.SAFELIGHT_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  server: { proxy: { '/api': target, '/socket.io': { target, ws: true } } },
})
