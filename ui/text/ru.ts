/** All texts of one language, as they stand in the page's file of it. */
import access from './ru/access.ftl'
import addFolder from './ru/add-folder.ftl'
import archive from './ru/archive.ftl'
import changes from './ru/changes.ftl'
import conflicts from './ru/conflicts.ftl'
import devices from './ru/devices.ftl'
import errors from './ru/errors.ftl'
import files from './ru/files.ftl'
import folder from './ru/folder.ftl'
import folderSettings from './ru/folder-settings.ftl'
import folders from './ru/folders.ftl'
import history from './ru/history.ftl'
import overview from './ru/overview.ftl'
import parts from './ru/parts.ftl'
import preferences from './ru/preferences.ftl'
import problems from './ru/problems.ftl'
import sharing from './ru/sharing.ftl'
import shell from './ru/shell.ftl'
import transfers from './ru/transfers.ftl'

export const texts = [
  access,
  shell,
  parts,
  folders,
  folder,
  addFolder,
  overview,
  sharing,
  files,
  archive,
  conflicts,
  changes,
  folderSettings,
  devices,
  transfers,
  history,
  preferences,
  problems,
  errors,
].join('\n')
