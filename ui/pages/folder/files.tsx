import type { FolderTabProps } from '../folder-page.tsx'

export function FilesTab(_: FolderTabProps) {
  return null
}
