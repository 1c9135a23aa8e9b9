/** The plan of the house: which part may import which, and the floors inside each app. */

/** What each part may import of Safelight and of the packages that make a part what it is. */
export const MAY_IMPORT: Record<string, readonly string[]> = {
  'packages/shared': [],
  'packages/runtime': [],
  'packages/store': ['@safelight/shared', '@safelight/runtime'],
  'packages/assets': ['@safelight/shared', '@safelight/runtime', '@safelight/store'],
  'packages/doctor': [
    '@safelight/runtime',
    '@safelight/shared',
    '@safelight/store',
    '@safelight/assets',
  ],
  'packages/telemetry': ['@safelight/shared', '@safelight/runtime', '@safelight/store'],
  'packages/comfyui': ['@safelight/shared'],
  'packages/client': ['@safelight/shared'],
  'packages/simulator': [],
  'packages/testkit': [
    '@safelight/shared',
    '@safelight/runtime',
    '@safelight/store',
    '@safelight/simulator',
  ],
  'tools/traces': [
    '@safelight/shared',
    '@safelight/comfyui',
    '@safelight/simulator',
    '@safelight/simulator/testing',
  ],
  'apps/api': [
    '@safelight/shared',
    '@safelight/runtime',
    '@safelight/store',
    '@safelight/assets',
    '@safelight/comfyui',
    '@safelight/doctor',
    '@safelight/telemetry',
  ],
  'apps/worker': [
    '@safelight/shared',
    '@safelight/runtime',
    '@safelight/store',
    '@safelight/assets',
    '@safelight/comfyui',
    '@safelight/doctor',
    '@safelight/telemetry',
  ],
  'apps/demo': ['@safelight/shared', '@safelight/simulator', '@safelight/testkit'],
  'apps/cli': ['@safelight/client', '@safelight/shared'],
  'apps/web': [
    '@safelight/client',
    '@safelight/client/react',
    '@safelight/client/react.css',
    '@safelight/shared',
  ],
}
/**
 * The floors of each app: which folders a folder may import. What lies beside the folders is the top, and puts them
 * together; a file there that imports only what is below the others is theirs, too.
 */
export const FLOORS: Record<string, Record<string, readonly string[]>> = {
  // a waiting job gets a host, its ticket there is taken, the job worked on, a host driven, what it made carried home
  'apps/worker': {
    telemetry: ['health', 'hosts'],
    events: [],
    dispatch: ['hosts', 'health'],
    health: ['hosts'],
    doctor: ['hosts'],
    debug: ['dispatch', 'health', 'hosts', 'queue'],
    queue: ['job', 'hosts'],
    job: ['hosts', 'inputs', 'outputs'],
    hosts: [],
    inputs: ['hosts'],
    outputs: [],
  },
  'apps/api': {
    gateway: ['jobs', 'watch', 'http'],
    telemetry: [],
    sse: ['jobs', 'watch', 'http'],
    'dead-letters': ['jobs', 'watch', 'http'],
    assets: ['jobs', 'http'],
    jobs: ['watch', 'http'],
    purge: ['jobs', 'http'],
    housekeeping: ['http'],
    why: ['jobs', 'watch', 'http'],
    debug: ['why', 'watch', 'http'],
    hosts: ['http'],
    fleet: ['jobs', 'http'],
    doctor: ['http'],
    'static-files': ['http'],
    watch: [],
    http: [],
  },
  // pages never import each other
  'apps/web': {
    pages: ['outputs', 'assets', 'shell', 'ui', 'workflow'],
    assets: ['outputs', 'shell', 'ui'],
    outputs: ['shell', 'ui'],
    shell: ['ui'],
    ui: ['workflow'],
    workflow: [],
  },
  'apps/cli': {
    commands: ['watch', 'assets', 'graph', 'terminal'],
    assets: ['graph', 'terminal'],
    watch: ['terminal'],
    graph: [],
    terminal: [],
  },
  'apps/demo': { stack: [] },
}
