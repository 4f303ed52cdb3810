/** Finds a directory again that got another path. */
export const inodeSchema = `
CREATE INDEX directories_here ON paths (here_inode) WHERE here_kind = 'directory';
`
