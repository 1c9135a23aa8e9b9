import { expect, it } from 'vitest'
import { copiedNode, copyOf, shownNode } from './shown-node.ts'

const IDS = new Set(['12', '40:38', '2.0', 'body', 'loop'])

it.each([
  ['is itself under its own id', '12', '12', '12'],
  ['is itself, whatever graph it was made for', '40:38', '007', '40:38'],
  ['is itself, though the other graph had an id of ours for it', '40:38', '12', '40:38'],
  ['counts toward its maker', '12.0.0.1', '12', '12'],
  ['counts toward its maker when shown as a node of another graph', '12.0.0.1', '007', '12'],
  ['counts toward its maker when nothing is said', '12.0.0.1.0.0.2', null, '12'],
  ['counts toward the maker with a dot in its id', '2.0.0.0.1', null, '2.0'],
  ['of a loop is the node of the body', 'loop.0.0.1_body', 'body', 'body'],
  ['of another graph is none of ours', '007', '007', null],
  ['of another graph, expanded, is none of ours', '007.0.0.1', '007', null],
])('a node %s', (...[, node, display, expected]) => {
  expect(shownNode({ node, display }, IDS)).toBe(expected)
})

it.each([
  ['is not what it was in another graph, where that had an id of ours', '12.0.0.1', 'body', '12'],
  ['is not what only sounds like it', 'loop.0.0.1_nobody', 'body', 'loop'],
  ['of a loop is what its own id names', 'loop.0.0.1_body', 'body', 'body'],
  ['of an inner loop is what its own id names', 'loop.0.0.2_in.0.1.0_body', 'body', 'body'],
  ['that a copy made is what the copy is', 'loop.0.0.1_body.0.0.3', 'body', 'body'],
  ['that another loop copied is what its own id names', 'loop.0.0.body', 'body', 'body'],
  ['of a colon and a dot is what its own id names', 'loop.0.0.0_2.0', '2.0', '2.0'],
])('a node that may come from the cache %s', (...[, node, display, expected]) => {
  expect(shownNode({ node, display, maybeCached: true }, IDS)).toBe(expected)
})

it.each([
  ['is itself', 'loop.0.0.1_body', 'body', 'loop.0.0.1_body'],
  ['is what made it', 'loop.0.0.1_body.0.0.3', 'body', 'loop.0.0.1_body'],
  [
    'is the inner one, as hosts name it',
    'loop.0.0.0_in.0.0.1_loop.0.0.0_12',
    '12',
    'loop.0.0.0_in.0.0.1_loop.0.0.0_12',
  ],
  ['is that which is numbered, too', 'loop.0.0.1_12.0.0.12', '12', 'loop.0.0.1_12'],
  ['is the inner one', 'loop.0.0.2_body.0.1.0_body', 'body', 'loop.0.0.2_body.0.1.0_body'],
  ['is itself, under a name of its own', 'loop.0.0.9', 'body', 'loop.0.0.9'],
  ['is none where it counts toward its maker', '12.0.0.1', '12', null],
  ['is none of a node itself', 'body', 'body', null],
])('the copy in a loop %s', (...[, node, shown, expected]) => {
  expect(copyOf(node, shown, IDS)).toBe(expected)
})

it('is told by the id of a copy alone', () => {
  expect(copiedNode('loop.0.0.1_body', IDS)).toBe('body')
  expect(copiedNode('loop.0.0.0_in.0.0.1_loop.0.0.0_12', IDS)).toBe('12')
  expect(copiedNode('loop.0.0.iteration_0', IDS)).toBeNull()
  expect(copiedNode('12.0.0.1', IDS)).toBeNull()
})
