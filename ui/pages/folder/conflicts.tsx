import type { FolderTabProps } from '../folder-page.tsx'

export function ConflictsTab(_: FolderTabProps) {
  return null
}
