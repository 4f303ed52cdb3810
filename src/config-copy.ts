/**
 * The configuration as it was when another release last had it. A newer release may note what an older one cannot read; whoever rolls back
 * must get a device that starts all the same. The password stays what it is now: an old one may have been changed for a reason.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSyncError } from './core/errors.ts'
import { replaceFile } from './durable-file.ts'
import { compareVersions, isVersion } from './helper/release-bundle.ts'

/** Opens the configuration of `home`, and where a newer release has made it unreadable, the one from before that. */
export async function withConfigCopy<T>(home: string, version: string, open: () => Promise<T>): Promise<T> {
  const [config, copy, note] = [
    join(home, 'config.json'),
    join(home, 'config.before-update.json'),
    join(home, 'version'),
  ]
  const last = (await readText(note))?.trim()
  try {
    // As it is before this release changes anything in it.
    const before = last === version ? undefined : await readText(config)
    const opened = await open()
    if (last !== version) {
      if (before !== undefined) await replaceFile(copy, before)
      await replaceFile(note, `${version}\n`)
    }
    return opened
  } catch (error) {
    const wasNewer =
      last !== undefined && isVersion(last) && isVersion(version) && compareVersions(last, version) > 0
    const older = wasNewer && isSyncError(error, 'config-damaged') ? await readText(copy) : undefined
    const newer = await readText(config)
    if (older === undefined || newer === undefined) throw error
    const restored = withPassword(older, newer)
    if (restored === undefined) throw error
    await replaceFile(join(home, 'config.newer.json'), newer)
    await replaceFile(config, restored)
    return open()
  }
}

/** Undefined where the newer one is damaged: then nobody knows the password. */
function withPassword(older: string, newer: string): string | undefined {
  try {
    const { webPassword } = JSON.parse(newer) as { readonly webPassword?: unknown }
    const config = JSON.parse(older) as { readonly folders?: unknown }
    const text = {
      ...config,
      ...(webPassword === undefined ? {} : { webPassword }),
      ...(Array.isArray(config.folders) ? { folders: config.folders.map(asRestored) } : {}),
    }
    return `${JSON.stringify(text, undefined, 2)}\n`
  } catch {
    return undefined
  }
}

/** A folder that was new then is not now: see `FolderEntry.isRestored`. */
function asRestored(folder: unknown): unknown {
  const { new: was } = (folder ?? {}) as { readonly new?: unknown }
  if (was !== true && was !== 'web') return folder
  return { ...(folder as object), new: was === 'web' ? 'restored-web' : 'restored' }
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}
