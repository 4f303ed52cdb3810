import type { FolderTabProps } from '../folder-page.tsx'

export function SharingTab(_: FolderTabProps) {
  return null
}
