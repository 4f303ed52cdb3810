import type { FolderTabProps } from '../folder-page.tsx'

export function SettingsTab(_: FolderTabProps) {
  return null
}
