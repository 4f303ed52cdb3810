/** All pages but the first a person sees, in one file of the built interface. */
export { AddFolderPage } from './add-folder.tsx'
export { DevicesPage } from './devices.tsx'
export { FolderPage } from './folder-page.tsx'
export { HistoryPage } from './history.tsx'
export { PreferencesPage } from './preferences.tsx'
export { SystemPage } from './system.tsx'
export { TransfersPage } from './transfers.tsx'
export { WelcomePage } from './welcome.tsx'
