/** A worker of the run must not outlive it, whatever ended the run. Loaded once per process, however many files it runs. */

process.once('disconnect', () => process.exit(1))
