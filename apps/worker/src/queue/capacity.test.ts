import { expect, it } from 'vitest'
import { toCapacity } from './capacity.ts'

const idle = { holding: 0, seated: 0, freeSeats: 0, maxTickets: 12 }

it('takes one ticket per free seat', () => {
  expect(toCapacity({ ...idle, freeSeats: 4 })).toEqual({ paused: false, concurrency: 4 })
})

it('takes none while no host has room', () => {
  expect(toCapacity(idle)).toEqual({ paused: true, concurrency: 1 })
})

it('counts a ticket that looks for a seat against the free ones', () => {
  expect(toCapacity({ ...idle, holding: 1, freeSeats: 2 }).concurrency).toBe(2)
})

it('takes more while others only collect outputs', () => {
  expect(toCapacity({ ...idle, holding: 2, seated: 2, freeSeats: 2 }).concurrency).toBe(4)
})

it('takes no more when every seat is taken', () => {
  const full = { ...idle, holding: 3, seated: 3 }
  expect(toCapacity(full)).toEqual({ paused: false, concurrency: 3 })
})

it('bounds the pile of jobs that only collect', () => {
  expect(toCapacity({ ...idle, holding: 12, seated: 12, freeSeats: 4 }).concurrency).toBe(12)
})
