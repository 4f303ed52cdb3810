/**
 * Which folder of this device a secret belongs to: the one that has it, had it before it was changed, is being joined with it, or gave it to
 * somebody. Changes nothing.
 */
import type { FolderEntry } from './config.ts'
import type { FolderId } from './core/ids.ts'
import { inviteIdOf, inviteKeys } from './core/invite.ts'
import { folderKeys, type OneTimeSecret, type Secret } from './core/secret.ts'
import { isRunning, type SyncedFolder } from './synced-folder.ts'

type Folders = ReadonlyMap<FolderId, SyncedFolder>

/** The folder that has this id, or had it before its secret was changed. */
export function folderWithId(folders: Folders, id: FolderId): SyncedFolder | undefined {
  const wasCalled = ({ entry: { former = [] } }: SyncedFolder) =>
    former.some((secret) => folderKeys(secret).folderId === id)
  return folders.get(id) ?? [...folders.values()].find(wasCalled)
}

export function folderWithSecret(folders: Folders, secret: Secret): SyncedFolder | undefined {
  if (secret.kind !== 'one-time') return folderWithId(folders, folderKeys(secret).folderId)
  const meeting = meetingOf(secret)
  return folders.get(meeting) ?? [...folders.values()].find((folder) => invitesTo(folder, meeting))
}

/** Whether the one-time secret of this meeting is of this very folder, made here. */
function invitesTo(folder: SyncedFolder, meeting: FolderId): boolean {
  return isRunning(folder) && folder.state.folder.invites.meetings().has(meeting)
}

/** By what a folder is known until its one-time secret is redeemed. */
export function meetingOf(secret: OneTimeSecret): FolderId {
  return inviteKeys(inviteIdOf(secret.token.reveal())).meetingId
}

/** Whether a secret is what a folder has or had, the one-time secret of a guest included. */
export function opensSame(secret: FolderEntry['secret'], known: SyncedFolder): boolean {
  if (secret.kind !== 'one-time') {
    const keys = folderKeys(secret)
    const { secret: present, former = [] } = known.entry
    return [present, ...former].some((held) => {
      if (held.kind === 'one-time') return false
      const { folderId, role } = folderKeys(held)
      return folderId === keys.folderId && role === keys.role
    })
  }
  const invite = inviteIdOf(secret.token.reveal())
  const { secret: held } = known.entry
  if (held.kind === 'one-time') return inviteIdOf(held.token.reveal()) === invite
  return held.kind === 'guest' && held.certificate.statement.invite === invite
}
