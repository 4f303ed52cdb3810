/** The journal of this start as text, with secrets taken out. */
import { readdir, readFile } from 'node:fs/promises'
import { SyncError } from '../core/errors.ts'
import { redact } from './redact.ts'
import type { Surroundings } from './surroundings.ts'

/** The last part; as JSON in one line it stays below what an answer may have. */
const maxLogCharacters = 1024 ** 2
const logTimeoutMs = 60_000

export async function readLogs({ places, run }: Surroundings): Promise<string> {
  const args = ['--boot', '--no-pager', '--output=short-precise', '--lines=20000']
  const { exitCode, stdout, stderr } = await run('journalctl', args, {
    timeoutMs: logTimeoutMs,
    maxOutput: 4 * maxLogCharacters,
  })
  if (exitCode !== 0)
    throw new SyncError('system-step-failed', { what: 'read its log', reason: stderr.trim() })
  // Cut after the secrets are out: a secret that is cut in two is not recognised.
  return redact(stdout, await readWifiKeys(`${places.state}/system/network`)).slice(-maxLogCharacters)
}

async function readWifiKeys(directory: string): Promise<string[]> {
  const files = (await readdir(directory).catch(() => [])).filter((file) => file.endsWith('.conf'))
  const texts = await Promise.all(
    files.map((file) => readFile(`${directory}/${file}`, 'utf8').catch(() => '')),
  )
  return texts.flatMap((text) => [...text.matchAll(/^\s*psk="?([^"\n]+)"?$/gm)].map(([, key]) => key!))
}
