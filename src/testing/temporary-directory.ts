/** A directory of its own for a test, gone with everything in it when it is disposed of. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function makeTemporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'berrysync-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}
