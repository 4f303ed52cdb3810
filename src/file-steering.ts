/** Answers what the API asks about files, from the synced folders. Holds no state of its own. */
import { isAbsolute, normalize, relative } from 'node:path'
import type { FileSteering } from './api/file-steering.ts'
import type { Archive, Conflicts, Files } from './api/schemas/files.ts'
import type { ScrubBody } from './api/schemas/self-check.ts'
import { SyncError } from './core/errors.ts'
import { msToText, nsToText } from './core/time-text.ts'
import type { FileRow } from './engine/file-list.ts'
import type { ConflictRow } from './engine/folder-files.ts'
import type { ScrubStatus, Tally } from './engine/scrub.ts'
import type { ArchiveEntry } from './ports.ts'
import type { RunningFolder } from './synced-folder.ts'
import type { SyncedFolders } from './synced-folders.ts'

export function createFileSteering(folders: SyncedFolders): FileSteering {
  async function folderOf(named: string): Promise<RunningFolder['folder']> {
    return (await folders.findRunning(named)).state.folder
  }

  return {
    async files(named, query, only) {
      const { rows, next } = await (await folderOf(named)).listFiles(query, only)
      return { files: rows.map(showFile), ...showNext(next) }
    },
    async content(named, place) {
      return (await folderOf(named)).showContent(place)
    },
    async parts(named, asked) {
      const { entry, state } = await folders.findRunning(named)
      const { here, peers, ...file } = state.folder.parts(pathInFolder(entry.path, asked) ?? '')
      return {
        ...{ ...file, here: [...here] },
        peers: peers.map((peer) => ({ ...peer, cells: [...peer.cells] })),
      }
    },
    async fetchNow(named, asked, wanted) {
      const { entry, state } = await folders.findRunning(named)
      const path = pathInFolder(entry.path, asked) ?? ''
      return { path, state: state.folder.fetchNow(path, wanted) }
    },
    async scrub(named) {
      return showScrub((await folderOf(named)).scrub)
    },
    async startScrub(named) {
      const folder = await folderOf(named)
      folder.startScrub()
      return showScrub(folder.scrub)
    },
    async stopScrub(named) {
      const folder = await folderOf(named)
      folder.stopScrub()
      return showScrub(folder.scrub)
    },
    async keepDamaged(named, asked) {
      const { entry, state } = await folders.findRunning(named)
      state.folder.keepDamaged(pathInFolder(entry.path, asked) ?? '')
    },
    async checkFolder(named) {
      const folder = await folderOf(named)
      // What it is now: a database that is damaged answers nothing afterwards.
      const status = folder.status()
      const scrub = showScrub(folder.scrub)
      const check = await folder.check()
      return {
        ...check,
        gaps: check.gaps.map((gap) => ({ ...gap })),
        lackingPeers: check.lackingPeers.map((peer) => ({ ...peer })),
        databaseFaults: [...check.databaseFaults],
        explanation: status.explanation,
        ...(status.halt === undefined ? {} : { halt: status.halt }),
        peers: status.peers.length,
        localChanges: status.localChanges,
        notKept: status.notKept.files,
        scrub,
      }
    },
    async localChanges(named, query) {
      const { rows, next } = await (await folderOf(named)).localChanges(query)
      return { changes: [...rows], ...showNext(next) }
    },
    async restoreLocal(named, asked) {
      const { keys, entry, state } = await folders.findRunning(named)
      if (keys.role === 'full') {
        const reason = `${entry.path} is not read-only here: what is changed in it syncs, so there is nothing to undo.`
        throw new SyncError('request-invalid', { reason })
      }
      const path = asked === undefined ? undefined : pathInFolder(entry.path, asked)
      const restored = await state.folder.restoreLocal(path)
      if (restored === 0 && asked !== undefined)
        throw new SyncError('unchanged-here', { asked, path: entry.path })
      return { restored }
    },
    async heldDeletes(named, limit) {
      const folder = await folderOf(named)
      const held = [...folder.heldDeletes(limit)]
      return { held, by: [...folder.deletersOf(held)] }
    },
    async settleDeletes(named, choice) {
      const folder = await folderOf(named)
      const deletions = folder.heldDeletes(Number.MAX_SAFE_INTEGER).length
      await folder.settleDeletes(choice)
      return { deletions }
    },
    async conflicts(named, limit) {
      const rows = (await folders.listRunning(named)).flatMap(({ entry, state }) =>
        state.folder.conflicts(limit).map((row) => showConflict(entry.path, row)),
      )
      return { conflicts: rows.slice(0, limit) }
    },
    async settleConflict(named, asked, keep) {
      const { entry, state } = await folders.findRunning(named)
      const path = pathInFolder(entry.path, asked) ?? ''
      return { path: await state.folder.settleConflict(path, keep) }
    },
    async archive(named, limit) {
      const newest: (ArchiveEntry & { readonly folder: string })[] = []
      for (const { entry, state } of await folders.listRunning(named)) {
        const { rows } = await state.folder.listArchive({ limit })
        newest.push(...rows.map((row) => ({ ...row, folder: entry.path })))
        newest.sort((a, b) => b.archivedMs - a.archivedMs)
        newest.length = Math.min(newest.length, limit)
      }
      return { archive: newest.map((row) => showArchived(row.folder, row)) }
    },
    async archivePage(named, query) {
      const { entry, state } = await folders.findRunning(named)
      const { rows, next } = await state.folder.listArchive(query)
      return { archive: rows.map((row) => showArchived(entry.path, row)), ...showNext(next) }
    },
    async archiveAsOf(named, at, query) {
      const atMs = Date.parse(at)
      if (Number.isNaN(atMs)) throw new SyncError('request-invalid', { reason: `${at} is not a time.` })
      const { rows, next } = await (await folderOf(named)).listHeldAt(atMs, query)
      const files = rows.map(({ id, path, sizeBytes, archivedMs, now }) => {
        return { id, path, sizeBytes, archived: msToText(archivedMs), now }
      })
      return { files, ...showNext(next) }
    },
    async restoreArchived(named, id, replace) {
      return { path: await (await folderOf(named)).restoreArchived(id, replace) }
    },
    async ignore(named) {
      return { text: await (await folderOf(named)).ignoreText() }
    },
    async setIgnore(named, text) {
      await (await folderOf(named)).setIgnoreText(text)
      return { text }
    },
    async previewIgnore(named, text) {
      const { ignored, newlyIgnored, newlySynced, partial } = await (await folderOf(named)).previewIgnore(
        text,
      )
      const [all, fewer, more] = [ignored, newlyIgnored, newlySynced].map((matched) => {
        return { ...matched, examples: [...matched.examples] }
      })
      return { ignored: all!, newlyIgnored: fewer!, newlySynced: more!, partial }
    },
  }
}

function showScrub({ running, last, nextMs, filesHere, rate }: ScrubStatus): ScrubBody {
  return {
    ...(running && { running: { ...tallyOf(running), began: msToText(running.beganMs), by: running.by } }),
    ...(last && {
      last: {
        ...{ ...tallyOf(last), end: last.end },
        ...{ began: msToText(last.beganMs), ended: msToText(last.endedMs) },
      },
    }),
    ...(nextMs !== undefined && { next: msToText(nextMs) }),
    ...{ filesHere, rate },
  }
}

function tallyOf({ files, bytes, damaged }: Tally): Tally {
  return { files, bytes, damaged }
}

/** A path as a person types it, or their shell completes it, as it is named in the folder; undefined for the folder itself. */
function pathInFolder(root: string, typed: string): string | undefined {
  const path = isAbsolute(typed) ? relative(root, typed) : normalize(typed)
  const named = path.normalize('NFC').replace(/\/$/, '')
  return named === '' || named === '.' ? undefined : named
}

function showNext(next: string | undefined): { readonly next?: string } {
  return next === undefined ? {} : { next }
}

function showFile({ mtimeNs, problem, ...row }: FileRow): Files['files'][number] {
  return {
    ...row,
    modified: mtimeNs === undefined ? '' : nsToText(mtimeNs),
    ...(problem === undefined ? {} : { problem }),
  }
}

function showConflict(
  folder: string,
  { mtimeNs, original, ...row }: ConflictRow,
): Conflicts['conflicts'][number] {
  return {
    ...{ folder, ...row, modified: nsToText(mtimeNs) },
    ...(original === undefined
      ? {}
      : { original: { sizeBytes: original.sizeBytes, modified: nsToText(original.mtimeNs) } }),
  }
}

function showArchived(
  folder: string,
  { id, path, archivedMs, sizeBytes }: ArchiveEntry,
): Archive['archive'][number] {
  return { folder, id, path, archived: msToText(archivedMs), sizeBytes }
}
