/** A job as a line in a terminal. */
export {}
