/**
 * The directories of a folder that are in use just now: each is opened once however many use it, and closed with its last use, so that an idle
 * folder holds none and its disk can be unmounted. To be lent one is as good as to open it afresh: only what still lies at its
 * place is lent (I8, I10).
 */
import type { Directory, FileStat, Files } from './files.ts'

interface Shared {
  readonly directory: Directory
  /** Called once its last use has ended. */
  readonly closed: () => void
  users: number
}

interface SharedRoot extends Shared {
  readonly stat: FileStat
  /** By the names that lead there. */
  readonly below: Map<string, Shared>
}

export function createSharedRoot(files: Files) {
  let current: SharedRoot | undefined

  function lendRoot(root: SharedRoot): Directory {
    return { ...lend(root), below: (names) => lendBelow(root, names) }
  }

  async function lendBelow(root: SharedRoot, names: readonly string[]): Promise<Directory> {
    const place = names.join('/')
    const known = root.below.get(place)
    if (known?.directory.liesBelow(root.directory, names)) return lend(known)
    const directory = await root.directory.below(names)
    // Where something below it lies is told by where it lies itself.
    const holding = lendRoot(root)
    const shared: Shared = {
      directory,
      closed() {
        if (root.below.get(place) === shared) root.below.delete(place)
        holding[Symbol.dispose]()
      },
      users: 0,
    }
    root.below.set(place, shared)
    return lend(shared)
  }

  return {
    /** The root with that device and inode if it is in use and still is what lies at the folder's place. */
    lend({ device, inode }: Pick<FileStat, 'device' | 'inode'>): Directory | undefined {
      if (current?.stat.device !== device || current.stat.inode !== inode) return undefined
      return files.isRoot(current.directory) ? lendRoot(current) : undefined
    },
    /** Lends what was just opened as the root; to others, too, from now on. */
    share(directory: Directory, stat: FileStat): Directory {
      const root: SharedRoot = {
        directory,
        stat,
        below: new Map(),
        closed() {
          if (current === root) current = undefined
        },
        users: 0,
      }
      current = root
      return lendRoot(root)
    },
  }
}

/** A directory whose disposing ends this one use of it; the last use closes it. */
function lend(shared: Shared): Directory {
  shared.users += 1
  let isLent = true
  return {
    ...shared.directory,
    [Symbol.dispose]() {
      if (!isLent) return
      isLent = false
      shared.users -= 1
      if (shared.users > 0) return
      shared.directory[Symbol.dispose]()
      shared.closed()
    },
  }
}
