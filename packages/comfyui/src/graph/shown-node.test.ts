import { expect, it } from 'vitest'
import { shownNode } from './shown-node.ts'

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
