/** All texts of one language, as they stand in the page's file of it. */
import access from './en/access.ftl'
import addFolder from './en/add-folder.ftl'
import archive from './en/archive.ftl'
import changes from './en/changes.ftl'
import conflicts from './en/conflicts.ftl'
import devices from './en/devices.ftl'
import errors from './en/errors.ftl'
import files from './en/files.ftl'
import folder from './en/folder.ftl'
import folderSettings from './en/folder-settings.ftl'
import folders from './en/folders.ftl'
import history from './en/history.ftl'
import overview from './en/overview.ftl'
import parts from './en/parts.ftl'
import preferences from './en/preferences.ftl'
import problems from './en/problems.ftl'
import sharing from './en/sharing.ftl'
import shell from './en/shell.ftl'
import transfers from './en/transfers.ftl'

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
