import { expect, it } from 'vitest'
import { toPictureOutput, toTextOutput } from './shown-items.ts'

const workflow = { '40:38': { class_type: '../Show/Text', inputs: {} } }
const text = (over: object) => ({
  node_id: '40:38',
  runtime_id: '40:38',
  index: 0,
  text: 'x',
  ...over,
})

it('names what has no name by class, node and number, and as no path', () => {
  expect(toTextOutput('j', text({ index: 1 }), workflow).name).toBe('..-Show-Text_40-38_2.txt')
  const picture = { node_id: '40:38', runtime_id: '40:38', index: 0, contentType: 'image/jpeg' }
  expect(toPictureOutput('j', picture, workflow).name).toBe('..-Show-Text_40-38_1.jpg')
  expect(toPictureOutput('j', { ...picture, contentType: 'text/html' }, workflow).name).toMatch(
    /png$/,
  )
})

it('has the same id for the same, and another for another', () => {
  const ids = [text({}), text({ index: 1 }), text({ runtime_id: '40:38.0.0.1' })].map(
    (item) => toTextOutput('j', item, workflow).id,
  )
  expect(new Set(ids).size).toBe(3)
  expect(toTextOutput('j', text({ text: 'made again' }), workflow).id).toBe(ids[0])
  expect(toTextOutput('k', text({}), workflow).id).not.toBe(ids[0])
})
