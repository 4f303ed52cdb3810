/**
 * Hints that something changed, from the operating system. Only directories are watched, one watch each: that is enough to hear of
 * every name in them, and files are too many. Never the truth: events get lost, and full scans find what was missed.
 */
import { join, relative, resolve } from 'node:path'
import { watch } from 'chokidar'
import { reasonOf } from '../core/errors.ts'
import { hiddenDirectory } from '../core/path.ts'
import type { DiskPath } from '../ports.ts'
import type { WatchFiles } from './disk.ts'

/** More changed paths than this at once are told as `'everything'`: a scan costs less than looking at each. */
const maxPathsAtOnce = 4096

/** Watches a directory of the real file system. Resolves once every directory that is there is watched. */
export function watchRealFiles(path: string): WatchFiles {
  const root = resolve(path)
  const hidden = join(root, hiddenDirectory)
  return async (hint, trouble) => {
    const changed = new Set<DiskPath>()

    function tell(): void {
      const paths = [...changed]
      changed.clear()
      hint(paths.length > maxPathsAtOnce ? 'everything' : paths)
    }
    function note(at: string): void {
      const diskPath = relative(root, at)
      if (diskPath === hiddenDirectory || diskPath.startsWith('..')) return
      if (changed.size === 0) setImmediate(tell)
      if (changed.size <= maxPathsAtOnce) changed.add(diskPath)
    }

    const watcher = watch(root, {
      // Asked with a path alone first: only what is known to be no directory is left out.
      ignored: (at, stats) => at === hidden || (stats !== undefined && !stats.isDirectory()),
      ignoreInitial: true,
      followSymlinks: false,
      persistent: false,
      atomic: false,
      // Directories nobody may read are a problem of the scan.
      ignorePermissionErrors: true,
    })
    watcher.on('raw', (_event: string, name: string | null, details: unknown) => {
      const { watchedPath } = details as { readonly watchedPath: string }
      note(name === null ? watchedPath : join(watchedPath, name))
    })
    // A directory that appeared may have been filled before it was watched.
    watcher.on('addDir', note)
    watcher.on('error', (error) => trouble(reasonOf(error)))
    await new Promise<void>((ready) => watcher.once('ready', () => ready()))
    return {
      async [Symbol.asyncDispose]() {
        await watcher.close()
      },
    }
  }
}
