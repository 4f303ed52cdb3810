/** Tells when lists of a folder's files are to be fetched again: what the stream says of it, without what moves while nothing of them does. */
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'

export function folderSign(folder: FolderStatusBody): string {
  const { state, files, bytes, needFiles, localChanges, conflicts, notKept, problems, halt } = folder
  return [
    ...[state, files, bytes, needFiles, localChanges, conflicts, notKept.files, halt?.code],
    ...problems.map(({ path, code }) => `${path} ${code}`),
  ].join(' ')
}
