import type { FolderTabProps } from '../folder-page.tsx'

export function ArchiveTab(_: FolderTabProps) {
  return null
}
