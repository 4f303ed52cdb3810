/**
 * The device forgets its own state; never what is on a disk (A8). The wish is written down and the machine restarts; it is fulfilled before
 * anything of that state is opened, as often as it takes, so that a power cut does not leave half of it.
 */
import { SyncError } from '../core/errors.ts'
import { forget, keep, readKept } from './kept-file.ts'
import type { Surroundings } from './surroundings.ts'
import { factoryResetText } from './verbs.ts'

const eraseTimeoutMs = 10 * 60_000

const wishFile = ({ places }: Surroundings): string => `${places.state}/factory-reset`

/** Throws `reset-typed-wrong`. */
export async function factoryReset(surroundings: Surroundings, typed: string): Promise<void> {
  if (typed.trim().toLowerCase() !== factoryResetText)
    throw new SyncError('reset-typed-wrong', { text: factoryResetText })
  await keep(wishFile(surroundings), 'wanted\n', 0o600)
  await surroundings.services.steer('reboot', '--no-block')
}

export async function finishFactoryReset(surroundings: Surroundings): Promise<void> {
  const { places, run } = surroundings
  if ((await readKept(wishFile(surroundings))) === undefined) return
  // What is mounted there by anybody stays; links are removed, not followed.
  const { exitCode, stderr } = await run(
    'find',
    ['-P', `${places.state}/home`, `${places.state}/system`, '-xdev', '-mindepth', '1', '-delete'],
    { timeoutMs: eraseTimeoutMs },
  )
  if (exitCode !== 0)
    throw new SyncError('system-step-failed', { what: 'forget its state', reason: stderr.trim() })
  await run('sync', ['--file-system', places.state], { timeoutMs: eraseTimeoutMs })
  await forget(wishFile(surroundings))
}
