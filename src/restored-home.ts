/**
 * A state directory that a backup takes the place of. What is to be there is written down first, and put in place at the next start, before
 * anything else is read: keys and settings never change under a running device, and a power cut at any step is made good by beginning again.
 * Nothing is deleted: what was there before lies in a directory beside it.
 */
import { mkdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf, SyncError } from './core/errors.ts'
import { replaceFile, syncDirectory } from './durable-file.ts'

/** As they lie in the state directory. */
export interface RestoredFiles {
  readonly config: string
  readonly identity: string
}

const stagedName = 'restore.json'
/** Databases of folders know who wrote what here, so they go with the identity. */
const replacedNames = ['config.json', 'identity.json', 'folders'] as const

/** `stamp` names the directory that keeps what is there now. */
export async function stageRestore(home: string, files: RestoredFiles, stamp: string): Promise<void> {
  await replaceFile(join(home, stagedName), `${JSON.stringify({ version: 1, stamp, ...files })}\n`)
}

/** Puts in place what was staged; tells whether there was anything. Throws `config-damaged`. */
export async function finishRestore(home: string): Promise<boolean> {
  const staged = await readStaged(join(home, stagedName))
  if (staged === undefined) return false
  const aside = join(home, `before-restore-${staged.stamp}`)
  await mkdir(aside, { recursive: true, mode: 0o700 })
  // What lies there already came there before a crash: what is in its place now is of the backup.
  for (const name of replacedNames)
    if ((await isThere(join(home, name))) && !(await isThere(join(aside, name))))
      await rename(join(home, name), join(aside, name))
  await syncDirectory(aside)
  await replaceFile(join(home, 'identity.json'), staged.identity)
  await replaceFile(join(home, 'config.json'), staged.config)
  await rm(join(home, stagedName))
  await syncDirectory(home)
  await rmdir(aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY') throw error
  })
  return true
}

async function readStaged(file: string): Promise<(RestoredFiles & { readonly stamp: string }) | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SyncError('config-damaged', { file, reason: reasonOf(error) }, { cause: error })
  }
  const damaged = () => new SyncError('config-damaged', { file, reason: 'it is not what was written' })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The parser would quote what may be a secret.
    throw damaged()
  }
  const { version, stamp, config, identity } = json as Readonly<Record<string, unknown>>
  if (version !== 1 || typeof stamp !== 'string' || !/^\w{1,40}$/.test(stamp)) throw damaged()
  if (typeof config !== 'string' || typeof identity !== 'string') throw damaged()
  return { stamp, config, identity }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
