/** Where a build of the appliance reads and writes, which version it makes, and the one point in time that everything in it is dated with. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.ts'

/** Of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
export const outputDirectory = join(root, 'dist')

/** What may be thrown away at any time and only saves time. */
export const cacheDirectory = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'berrysync')

export const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string })
  .version

/** Seconds since 1970: `$SOURCE_DATE_EPOCH`, else when the last commit was made. */
export function sourceDate(): number {
  const given = process.env.SOURCE_DATE_EPOCH
  const text = given ?? run('git', ['-C', root, 'log', '-1', '--format=%ct'], { capture: true })
  const seconds = Number(text.trim())
  if (!Number.isSafeInteger(seconds) || seconds <= 0) throw new Error(`not a point in time: "${text.trim()}"`)
  return seconds
}

export function packageFile(architecture: Architecture): string {
  return join(outputDirectory, `berrysync_${version}_${architecture}.deb`)
}

/** As Debian calls them, with what npm calls them. */
export const architectures = { arm64: 'arm64', amd64: 'x64' } as const
export type Architecture = keyof typeof architectures
