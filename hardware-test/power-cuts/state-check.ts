/** Whether the state of a device is whole, read without the device: every file that is JSON can be read, every database is sound. Changes nothing. */
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'

/** What a draft of a file is called until it is renamed into place: nobody reads it. */
const draftEnding = '.new'

export interface StateFigures {
  readonly jsonFiles: number
  readonly databases: number
}

/** Looks below each directory. Throws with everything that is not whole. */
export async function checkState(directories: readonly string[], scratch: string): Promise<StateFigures> {
  const faults: string[] = []
  const figures = { jsonFiles: 0, databases: 0 }
  for (const file of (await Promise.all(directories.map(filesBelow))).flat()) {
    if (file.endsWith('.json')) {
      figures.jsonFiles += 1
      await readFile(file, 'utf8')
        .then(JSON.parse)
        .catch((error) => faults.push(`${file}: ${error.message}`))
    } else if (file.endsWith('.db')) {
      figures.databases += 1
      faults.push(...(await faultsOfDatabase(file, scratch)).map((fault) => `${file}: ${fault}`))
    }
  }
  if (faults.length > 0) throw new Error(`the state is not whole:\n${faults.join('\n')}`)
  if (figures.jsonFiles === 0 || figures.databases === 0)
    throw new Error(`no state lies below ${directories.join(' and ')}`)
  return figures
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(draftEnding))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** On a copy, with its log: opening a database plays that back, and the device is to do so itself. */
async function faultsOfDatabase(file: string, scratch: string): Promise<string[]> {
  const place = await mkdtemp(join(scratch, 'database-'))
  try {
    const copy = join(place, basename(file))
    for (const ending of ['', '-wal'])
      await cp(file + ending, copy + ending, { force: true }).catch(ignoreAbsent)
    const database = new SqliteDatabase(copy, { fileMustExist: true })
    try {
      const rows = database.pragma('integrity_check') as { integrity_check: string }[]
      return rows.map((row) => row.integrity_check).filter((text) => text !== 'ok')
    } finally {
      database.close()
    }
  } catch (error) {
    return [(error as Error).message]
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
