/** Starts the command line. */
export {}
