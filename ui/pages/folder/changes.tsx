import type { FolderTabProps } from '../folder-page.tsx'

export function ChangesTab(_: FolderTabProps) {
  return null
}
