import { expect, it } from 'vitest'
import { toCapacity } from './intake.ts'

const idle = { tickets: 0, withSlot: 0, freeSlots: 0, maxTickets: 12 }

it('takes one ticket per free slot', () => {
  expect(toCapacity({ ...idle, freeSlots: 4 })).toEqual({ paused: false, concurrency: 4 })
})

it('takes none while no host has a free slot', () => {
  expect(toCapacity(idle)).toEqual({ paused: true, concurrency: 1 })
})

it('counts a ticket that looks for a slot against the free ones', () => {
  expect(toCapacity({ ...idle, tickets: 1, freeSlots: 2 }).concurrency).toBe(2)
})

it('takes more while others only collect outputs', () => {
  expect(toCapacity({ ...idle, tickets: 2, withSlot: 2, freeSlots: 2 }).concurrency).toBe(4)
})

it('takes no more when every slot is taken', () => {
  const full = { ...idle, tickets: 3, withSlot: 3 }
  expect(toCapacity(full)).toEqual({ paused: false, concurrency: 3 })
})

it('bounds the pile of jobs that only collect', () => {
  expect(toCapacity({ ...idle, tickets: 12, withSlot: 12, freeSlots: 4 }).concurrency).toBe(12)
})

it('takes what is expected on top of it', () => {
  expect(toCapacity({ ...idle, expected: 1 })).toEqual({ paused: false, concurrency: 1 })
  const full = { ...idle, tickets: 3, withSlot: 3, expected: 2 }
  expect(toCapacity(full).concurrency).toBe(5)
  expect(toCapacity({ ...full, maxTickets: 4 }).concurrency).toBe(4)
})
