import type { FolderTabProps } from '../folder-page.tsx'

export function OverviewTab(_: FolderTabProps) {
  return null
}
