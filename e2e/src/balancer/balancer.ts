/** nginx or HAProxy as deploy/ has it, before two APIs: the same files, with our ports in the place of theirs. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  answers,
  type Cluster,
  childEnv,
  createProcess,
  findFreePort,
  type Process,
  readTestConfig,
} from '@safelight/testkit'

export type BalancerName = 'nginx' | 'haproxy'

export interface Balancer extends Process {
  url: string
}

const FILES: Record<BalancerName, string> = {
  nginx: 'nginx/safelight.conf',
  haproxy: 'haproxy/haproxy.cfg',
}
/** Debian keeps them where only root looks. */
const env = { ...childEnv(), PATH: `${childEnv()['PATH'] ?? ''}:/usr/sbin` }

/** For `describe.skipIf`: where nothing may be skipped, a balancer that is missing is a failure. */
export function lacks(name: BalancerName): boolean {
  const { status } = spawnSync(name, ['-v'], { env, stdio: 'ignore' })
  return status !== 0 && !readTestConfig().requireAll
}

export async function startBalancer(name: BalancerName, cluster: Cluster): Promise<Balancer> {
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const folder = join(cluster.folder, name)
  await mkdir(folder)
  const file = join(folder, 'balancer.conf')
  const ports = [port, ...cluster.apis.map((api) => Number(new URL(api.url).port))]
  const text = withPorts(readDeployed(name), ports)
  await writeFile(file, name === 'nginx' ? aroundSite(text, folder) : text)
  const args = name === 'nginx' ? ['-c', file, '-p', folder, '-e', 'stderr'] : ['-db', '-f', file]
  const started = createProcess({
    name,
    command: name,
    args,
    env,
    logDir: folder,
    isReady: answers(`${url}/readyz`),
  })
  await started.start()
  return {
    ...started,
    url,
    async close() {
      // killed, it would leave its workers behind
      await started.kill('SIGTERM')
      await started.ended()
    },
  }
}

function readDeployed(name: BalancerName): string {
  return readFileSync(new URL(`../../../deploy/${FILES[name]}`, import.meta.url), 'utf8')
}

/** @param ports its own, then those of the APIs */
function withPorts(text: string, [own, first, second]: readonly (number | undefined)[]): string {
  const changed = text
    .replace(/^( *(?:listen|bind)) :?80\b/m, `$1 127.0.0.1:${own}`)
    .replaceAll(':8080', `:${first}`)
    .replaceAll(':8081', `:${second}`)
  if (!changed.includes(`127.0.0.1:${own}`)) throw new Error('it listens on no port that we know')
  return changed
}

/** What /etc/nginx/nginx.conf is to a site; nothing of it is outside of the folder. */
function aroundSite(site: string, folder: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const folders = kinds.map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
  const inFolder = site.replaceAll('/var/log/nginx', folder)
  const head = `daemon off; worker_processes 1; pid ${join(folder, 'pid')}; error_log stderr;`
  // whoever runs the tests owns the folder; said by anybody but root it means nothing
  return `user root root; ${head}\nevents {}\nhttp {\n${folders.join(' ')}\n${inFolder}\n}\n`
}
