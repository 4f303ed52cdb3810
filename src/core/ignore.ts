/**
 * Ignore patterns: gitignore syntax and meaning, case-sensitive on every disk so that all devices agree. Pure; where the patterns come
 * from is the engine's business.
 */
import ignore from 'ignore'
import type { RelPath } from './path.ts'

/** What the ignore file of a new folder says. */
export const defaultIgnoreText = `# What matches here is not synced. One pattern a line, as in .gitignore.

# What operating systems leave behind
.DS_Store
.AppleDouble
.Spotlight-V100
.Trashes
.fseventsd
._*
Thumbs.db
ehthumbs.db
desktop.ini
$RECYCLE.BIN/
System Volume Information/
/lost+found/
.Trash-*/
.directory
.nfs*
.fuse_hidden*

# Downloads that are not finished
*.part
*.partial
*.crdownload
*.download
*.!sync
*.!qB
*.aria2

# What editors and office programs keep while a file is open
?*~
.*.sw[a-p]
.#*
\\#*#
~$*
.~lock.*#
.goutputstream-*
~*.tmp
`

/** The library remembers every path it was asked about: a new one is made before that takes much memory. */
const maxRemembered = 20_000

export type IsIgnored = (path: RelPath, kind: 'file' | 'directory' | 'link' | 'other') => boolean

/** Never throws: a pattern that means nothing matches nothing. A path below an ignored directory is ignored. */
export function parseIgnore(text: string): IsIgnored {
  const lines = text.split(/\r?\n/)
  let patterns = ignore({ ignorecase: false }).add(lines)
  let remembered = 0
  return (path, kind) => {
    remembered += 1
    if (remembered > maxRemembered) {
      patterns = ignore({ ignorecase: false }).add(lines)
      remembered = 0
    }
    return patterns.ignores(kind === 'directory' ? `${path}/` : path)
  }
}
