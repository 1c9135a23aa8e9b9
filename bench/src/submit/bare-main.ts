/** What a submission is compared with: an Express route that does nothing but `queue.add`. `REDIS_URL` and `PORT` say where. */
import { Queue } from 'bullmq'
import express from 'express'
import { Redis } from 'ioredis'

const redis = new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null })
const queue = new Queue('bare', { connection: redis, prefix: '{bare}' })
const app = express()
app.post('/jobs', express.json({ limit: '8mb' }), async (request, response) => {
  const { id } = await queue.add('job', request.body)
  response.status(201).json({ id })
})
app.listen(Number(process.env['PORT']), '127.0.0.1', () => {
  process.stdout.write('listening\n')
})
