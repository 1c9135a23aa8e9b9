/** How many tickets the BullMQ worker may hold: the jobs that have or had a seat, plus one per free seat. */

export interface Capacity {
  /** Nothing is held and there is no room anywhere: take nothing. */
  paused: boolean
  /** BullMQ refuses less than 1, which is why `paused` exists. */
  concurrency: number
}

export interface Load {
  /** Tickets in our hands. */
  holding: number
  /** Those of them that have a seat, or had one and only collect outputs now. */
  seated: number
  /** Free seats on reachable hosts. Tickets that look for a seat will take one of these. */
  freeSeats: number
  /** Keeps slow collecting from piling up without end. */
  maxTickets: number
}

export function toCapacity({ holding, seated, freeSeats, maxTickets }: Load): Capacity {
  const wanted = Math.max(holding, Math.min(seated + freeSeats, maxTickets))
  return { paused: wanted === 0, concurrency: Math.max(1, wanted) }
}
