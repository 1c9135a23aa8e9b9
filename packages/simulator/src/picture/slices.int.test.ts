/** Drawing in turns, and not at all where nobody looks. */
import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { textToImage } from '../testing/graphs.ts'
import { withSimulator } from '../testing/with-simulator.ts'
import { untilAnswering } from '../testing/until-answering.ts'
import { openTestSocket } from '../testing/test-socket.ts'
import { scenePicture } from './picture.ts'
import { encodePng } from './png.ts'
import { createScenes } from './scenes.ts'
import { createPause, forRows } from './slices.ts'

it('gives others a turn when a slice is over, and not before', async () => {
  let turns = 0
  const pause = createPause(async () => {
    turns++
    await setImmediate()
  })
  await forRows(3, pause, () => undefined)
  const quick = turns
  await forRows(3, pause, () => {
    const until = performance.now() + 6
    while (performance.now() < until);
  })
  expect(turns - quick).toBe(3)
})

it('asks after every row of a large picture whether others want a turn', async () => {
  let asked = 0
  const pause = () => {
    asked++
    return null
  }
  const canvas = await scenePicture({ text: 'sea', seed: 1 }, { width: 600, height: 300 }).draw(
    pause,
  )
  // Drawn at 512 by 256, then scaled up.
  expect(asked).toBe(256 + 300)
  await encodePng(canvas, pause)
  expect(asked).toBe(256 + 300 + 300)
})

it('keeps the scenes it drew last', () => {
  const scenes = createScenes()
  const size = { width: 8, height: 8 }
  const first = scenes.picture({ text: 'sea', seed: 0 }, size)
  expect(scenes.picture({ text: 'sea', seed: 0 }, { ...size })).toBe(first)
  expect(scenes.picture({ text: 'sea', seed: 1 }, size)).not.toBe(first)
  expect(scenes.picture({ text: 'sea', seed: 0 }, { ...size, width: 9 })).not.toBe(first)
  for (let seed = 2; seed < 30; seed++) scenes.picture({ text: 'sea', seed }, size)
  expect(scenes.picture({ text: 'sea', seed: 0 }, size)).not.toBe(first)
})

it('makes no previews while its client is away, and the same picture all the same', async () => {
  const graph = textToImage({ text: 'sea', seed: 5 })
  await withSimulator({ faults: { deaf: true } }, async (visitor, simulator) => {
    const client_id = randomUUID()
    const socket = await openTestSocket(simulator.url, client_id)
    await visitor.finished(await visitor.submit(graph, { client_id }))
    const unseen = await visitor.get('/view?filename=test_00001_.png')
    await socket.ping()
    expect(socket.frames()).toBe(0)
    simulator.faults.clear()
    simulator.restart()
    await socket.closed
    await untilAnswering(visitor)
    const again = await openTestSocket(simulator.url, client_id)
    await visitor.finished(await visitor.submit(graph, { client_id }))
    expect((await visitor.get('/view?filename=test_00002_.png')).text).toBe(unseen.text)
    await again.ping()
    expect(again.frames()).toBe(2)
    await again.close()
  })
})
