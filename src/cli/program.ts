/** The command line: which commands there are, and what becomes of errors. 0 done, 1 failed with one line on stderr, 2 wrong usage. */
import { Command, CommanderError } from 'commander'
import { type ErrorCode, isSyncError, reasonOf } from '../core/errors.ts'
import { plainText } from '../core/plain-text.ts'
import { defineAdd } from './add.ts'
import { defineAdmission } from './admission.ts'
import { defineArchive } from './archive.ts'
import { defineBackup, defineRestoreBackup } from './backup.ts'
import { defineConfig } from './config.ts'
import { defineConflicts } from './conflicts.ts'
import { defineDaemon } from './daemon.ts'
import { defineDeletes } from './deletes.ts'
import { defineDisks } from './disks.ts'
import { defineFetch } from './fetch.ts'
import { defineHistory } from './history.ts'
import { defineHost } from './host.ts'
import { defineIgnore } from './ignore.ts'
import { defineInvite } from './invite.ts'
import { definePassword } from './password.ts'
import { defineApprove, definePeers, defineRevoke } from './peers.ts'
import { defineRelay } from './relay.ts'
import { defineRemove } from './remove.ts'
import { defineRescan } from './rescan.ts'
import { defineRestore } from './restore.ts'
import { defineRotate } from './rotate.ts'
import { defineCheck, defineScrub } from './scrub.ts'
import { defineSecrets } from './secrets.ts'
import type { Surroundings } from './session.ts'
import { defineSet } from './set.ts'
import { defineStatus } from './status.ts'
import { defineToken } from './token.ts'
import { defineTracker } from './tracker.ts'

const exitFailed = 1
const exitUsage = 2

/** What the daemon says of an argument that is not of the right form: wrong usage like any that is noticed here. */
const wrongTyping: ReadonlySet<ErrorCode> = new Set([
  'setting-unknown',
  'setting-invalid',
  'host-invalid',
  'tracker-invalid',
])

const commands = [
  defineDaemon,
  defineAdd,
  defineSecrets,
  defineInvite,
  defineRemove,
  defineSet,
  defineConfig,
  defineHost,
  defineStatus,
  definePeers,
  defineAdmission,
  defineApprove,
  defineRevoke,
  defineRotate,
  defineHistory,
  defineConflicts,
  defineArchive,
  defineIgnore,
  defineFetch,
  defineRestore,
  defineDeletes,
  defineRescan,
  defineScrub,
  defineCheck,
  defineDisks,
  definePassword,
  defineToken,
  defineBackup,
  defineRestoreBackup,
  defineRelay,
  defineTracker,
]

/** Runs one command line (without the program's own name) and returns the exit status. */
export async function runProgram(args: readonly string[], around: Surroundings): Promise<number> {
  const program = buildProgram(around)
  if (args.length === 0) {
    program.outputHelp()
    return 0
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return exitStatus(error)
    const message = isSyncError(error) ? error.message : `unexpected error: ${reasonOf(error)}`
    around.complain(errorLine(message))
    return isSyncError(error) && wrongTyping.has(error.code) ? exitUsage : exitFailed
  }
}

function buildProgram(around: Surroundings): Command {
  const program = new Command('berrysync')
    .description('Folders that stay in sync between computers under a secret.')
    .version(around.version)
    .option('--home <DIR>', `state directory: settings, identity, database (default: ${around.defaultHome})`)
    .option('--json', 'print data as JSON')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: around.print,
      writeErr: around.complain,
      outputError: (text, write) => write(errorLine(withDashAdvice(text))),
      getOutHasColors: () => around.colour,
    })
    .exitOverride()
  for (const define of commands) define(program, around)
  return program
}

/** Half of a secret can begin with a dash. No option here is one dash and several letters. */
function withDashAdvice(text: string): string {
  return /unknown option '-[^-]/.test(text)
    ? `${text.trim()} (to give a value that begins with a dash, write -- before it)`
    : text
}

/** Every error looks alike, whoever noticed it. */
function errorLine(text: string): string {
  const message = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ')
  return `berrysync: ${plainText(message)}\n`
}

/** Commander ends help and version with 0, our own `command.error` with the status it was given, and wrong usage with 1. */
function exitStatus({ code, exitCode }: CommanderError): number {
  if (exitCode === 0) return 0
  return code === 'berrysync.failed' ? exitFailed : exitUsage
}
