/** `status`: what every folder is doing, and waiting until there is nothing left to do. */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import type { FolderStatusBody, Status } from '../api/schemas/status.ts'
import { plainText } from '../core/plain-text.ts'
import { countToText, type Paint, sizeToText, tableToText, timeToText } from './print.ts'
import { lastFailure, routesToLines } from './route-text.ts'
import { absolute, openSession, type Session, type Surroundings, wrongUsage } from './session.ts'

/** Soon enough for a person, and for a script that waits for the next step. */
const pollMs = 150
/** More problems than this are counted, not listed; `--json` has more of them. */
const shownProblems = 5
/** Bytes. */
const shownPerSecond = 1000

type Speeds = Pick<Status['traffic'], 'receivedPerSecond' | 'sentPerSecond'>

export function defineStatus(program: Command, around: Surroundings): void {
  program
    .command('status')
    .description('show what every folder is doing')
    .argument('[DIR]', 'only this folder')
    .option(
      '--wait [SECONDS]',
      'wait until every folder has a connected peer and nothing left to send or receive; one that has no peer, is paused or halted is waited for too. Exit status 1 after SECONDS; without them there is no limit',
    )
    .action(async (given: string | undefined, options: { wait?: string | true }, command: Command) => {
      const { directory, limitMs } = readWait(command, given, options.wait)
      const session = openSession(command, around)
      const folder = directory === undefined ? undefined : absolute(directory)
      const { status, isSettled } = await readStatus(session, around, folder, limitMs)
      session.show(status, (shown) => statusToText(shown, session.paint))
      if (limitMs !== undefined && !isSettled) command.error(waitedFor(status), { code: 'berrysync.failed' })
    })
}

/** `--wait DIR` is read as waiting for that folder, because SECONDS may be left out. */
function readWait(command: Command, directory: string | undefined, wait: string | true | undefined) {
  if (wait === undefined) return { directory, limitMs: undefined }
  if (wait === true) return { directory, limitMs: Number.POSITIVE_INFINITY }
  if (/^\d+(\.\d+)?$/.test(wait)) return { directory, limitMs: Number(wait) * 1000 }
  if (directory !== undefined) wrongUsage(command, `'${wait}' is not a number of seconds`)
  // The disk of a folder may be away, so that what looks like a path is one.
  if (!wait.includes('/') && !existsSync(wait))
    wrongUsage(command, `'${wait}' is neither a number of seconds nor a directory`)
  return { directory: wait, limitMs: Number.POSITIVE_INFINITY }
}

async function readStatus(
  session: Session,
  around: Surroundings,
  folder: string | undefined,
  limitMs: number | undefined,
): Promise<{ status: Status; isSettled: boolean }> {
  const read = async () => {
    const status = await session.client.get<Status>('/api/status', { folder })
    return { status, isSettled: status.folders.every(({ settled }) => settled) }
  }
  if (limitMs === undefined) return read()
  const startedMs = around.monotonicMs()
  // What was written a moment ago counts too, even if the system has not reported it yet.
  await session.client.post('/api/rescan', undefined, { folder })
  let now = await read()
  while (!now.isSettled) {
    const leftMs = startedMs + limitMs - around.monotonicMs()
    if (leftMs <= 0) break
    await around.pause(Math.min(pollMs, leftMs))
    now = await read()
  }
  return now
}

function waitedFor({ folders }: Status): string {
  const waiting = folders.filter(({ settled }) => !settled)
  const first = waiting[0]!
  const more = waiting.length > 1 ? ` (and ${countToText(waiting.length - 1, 'more folder')})` : ''
  return `still waiting for ${plainText(first.path)}: ${reasonToWait(first)}${more}`
}

function reasonToWait(folder: FolderStatusBody): string {
  const { peers, explanation, state } = folder
  if (explanation === '') return `it is ${state}, and a peer still needs something`
  const failure = peers.length === 0 ? lastFailure(folder) : ''
  return plainText(explanation).replace(/\.$/, '') + (failure === '' ? '' : ` (${failure})`)
}

// ---- for people ---------------------------------------------------------------------------------------------------------

function statusToText({ device, folders, traffic }: Status, paint: Paint): string {
  const head = `${plainText(device.name)} (${device.id.slice(0, 12)}), listening on ${device.listen}`
  const web = device.web === undefined ? [] : [`web interface: ${device.web}`]
  const rates = `down ${sizeToText(traffic.receivedPerSecond)}/s, up ${sizeToText(traffic.sentPerSecond)}/s`
  const sums = `received ${sizeToText(traffic.received)}, sent ${sizeToText(traffic.sent)}`
  const table = tableToText(
    ['FOLDER', 'ROLE', 'STATE', 'FILES', 'SIZE', 'NEEDS', 'PEERS'],
    folders.map((folder) => [
      folder.path,
      folder.role,
      stateToText(folder),
      folder.files.toLocaleString('en-US'),
      sizeToText(folder.bytes),
      folder.needFiles === 0
        ? ''
        : `${countToText(folder.needFiles, 'file')}, ${sizeToText(folder.needBytes)}`,
      folder.peers.length === 0 ? 'none' : String(folder.peers.length),
    ]),
    'No folders yet. Add one with: berrysync add DIR [SECRET]',
  )
  const details = folders.map((folder) => detailsToText(folder, paint)).filter((text) => text !== '')
  const limits = deviceLimitsToLines(device).map((line) => paint('dim', line))
  return [
    paint('bold', head),
    ...web,
    paint('dim', `${rates}; ${sums}`),
    ...limits,
    '',
    table,
    ...details,
  ].join('\n')
}

/** One line where something is limited, or will be. */
function deviceLimitsToLines({ limits }: Status['device']): string[] {
  const { paused, by, lan, until } = limits
  const rates = limitsToText(limits)
  if (!paused && rates === undefined && until === undefined) return []
  const now = paused
    ? 'paused'
    : rates === undefined
      ? 'none now'
      : `${rates}${lan ? '' : ', not within the local network'}`
  const source = by === 'schedule' ? ' by the schedule' : ''
  return [`limits${source}: ${now}${until === undefined ? '' : `; until ${timeToText(until)} at least`}`]
}

function limitsToText({ upload, download }: FolderStatusBody['limits']): string | undefined {
  const parts = [
    ...(download === 0 ? [] : [`down ${sizeToText(download)}/s`]),
    ...(upload === 0 ? [] : [`up ${sizeToText(upload)}/s`]),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}

/** With nobody to compare with, no state is more than this device's own view. */
function stateToText({ state, peers }: FolderStatusBody): string {
  const isAlone = peers.length === 0 && (state === 'up-to-date' || state === 'syncing')
  return isAlone ? `${state}, no peer connected` : state
}

/** Nothing where nothing worth a word passes: what keeps a link open is no news. */
function flowToText({ receivedPerSecond: down, sentPerSecond: up }: Speeds): string {
  const parts = [
    ...(down < shownPerSecond ? [] : [`down ${sizeToText(down)}/s`]),
    ...(up < shownPerSecond ? [] : [`up ${sizeToText(up)}/s`]),
  ]
  return parts.length === 0 ? '' : `; ${parts.join(', ')}`
}

function detailsToText(folder: FolderStatusBody, paint: Paint): string {
  const lines: string[] = []
  if (folder.halt !== undefined) lines.push(paint('red', `halted: ${plainText(folder.halt.message)}`))
  else if (folder.explanation !== '') lines.push(plainText(folder.explanation))
  for (const { name, address, via, role, needFiles, needBytes, ...speeds } of folder.peers) {
    const needs =
      needFiles === 0 ? 'has everything' : `needs ${countToText(needFiles, 'file')}, ${sizeToText(needBytes)}`
    lines.push(
      `peer ${plainText(name)} (${role}, ${via}, ${plainText(address)}): ${needs}${flowToText(speeds)}`,
    )
  }
  lines.push(...routesToLines(folder))
  const limits = limitsToText(folder.limits)
  if (limits !== undefined) lines.push(`limits of this folder: ${limits}`)
  const { files, bytes } = folder.notKept
  if (files > 0) lines.push(`not kept here: ${countToText(files, 'older file')}, ${sizeToText(bytes)}`)
  if (folder.localChanges > 0) {
    const changes = countToText(folder.localChanges, 'change')
    const command = `berrysync restore --list ${plainText(folder.path)}`
    lines.push(paint('yellow', `${changes} made here, which stay here: \`${command}\` lists them`))
  }
  for (const problem of folder.problems.slice(0, shownProblems)) {
    lines.push(paint('yellow', plainText(problem.message)))
  }
  const hidden = folder.problems.length - shownProblems
  if (hidden > 0) lines.push(paint('yellow', `and ${countToText(hidden, 'more problem')}`))
  if (lines.length === 0) return ''
  return ['', paint('bold', plainText(folder.path)), ...lines.map((line) => `  ${line}`)].join('\n')
}
