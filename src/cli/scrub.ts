/** `scrub` reads every file of a folder again, and `check` says why it is not in sync. */
import type { Command } from 'commander'
import type { CheckBody, ScrubBody } from '../api/schemas/self-check.ts'
import { plainText } from '../core/plain-text.ts'
import { folderRoute } from './client.ts'
import { countToText, sizeToText, timeToText } from './print.ts'
import { absolute, openSession, type Surroundings, wrongUsage } from './session.ts'

interface Options {
  readonly stop?: true
  readonly status?: true
  readonly keep?: string
}

export function defineScrub(program: Command, around: Surroundings): void {
  program
    .command('scrub')
    .description(
      'read every file of a folder again, at leisure, to find what the disk has damaged; that is repaired from peers',
    )
    .argument('<DIR>', 'the folder')
    .option('--stop', 'stop the one that is under way')
    .option('--status', 'only show how far it is')
    .option('--keep <PATH>', 'take what lies at a damaged path for a change of your own')
    .action(async (directory: string, { stop, status, keep }: Options, command: Command) => {
      if ([stop, status, keep].filter((option) => option !== undefined).length > 1)
        wrongUsage(command, '--stop, --status and --keep exclude each other')
      const session = openSession(command, around)
      const folder = absolute(directory)
      if (keep !== undefined) {
        const done = await session.client.post<object>(folderRoute(folder, '/damaged'), { path: keep })
        return session.show(done, () => `${plainText(keep)} is yours as it is, and goes to the others.`)
      }
      const route = folderRoute(folder, '/scrub')
      const answer = stop
        ? await session.client.remove<ScrubBody>(route)
        : status
          ? await session.client.get<ScrubBody>(route)
          : await session.client.post<ScrubBody>(route)
      session.show(answer, (scrub) => scrubToLines(scrub).join('\n'))
    })
}

export function defineCheck(program: Command, around: Surroundings): void {
  program
    .command('check')
    .description('say why a folder is not in sync, and look whether its database is sound')
    .argument('<DIR>', 'the folder')
    .action(async (directory: string, _options, command: Command) => {
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/check')
      session.show(await session.client.post<CheckBody>(route), checkToText)
    })
}

function scrubToLines({ running, last, next, filesHere, rate }: ScrubBody): string[] {
  const limit = rate === 0 ? '' : `, at most ${sizeToText(rate)} a second`
  const lines = running === undefined && last === undefined ? ['No scrub yet.'] : []
  if (running !== undefined) {
    const { files, bytes, damaged, began } = running
    lines.push(
      `Scrub since ${timeToText(began)}: ${files} of ${countToText(filesHere, 'file')} read, ${sizeToText(bytes)}${limit}; damaged: ${damaged}.`,
    )
  }
  if (last !== undefined) {
    const { files, bytes, damaged, ended, end } = last
    const how = {
      whole: 'All was read',
      stopped: 'It was stopped',
      failing: 'It ended because one file after another could not be read: the disk may be failing',
    }[end]
    lines.push(
      `Last scrub, until ${timeToText(ended)}: ${countToText(files, 'file')}, ${sizeToText(bytes)}; damaged: ${damaged}. ${how}.`,
    )
  }
  if (next !== undefined) lines.push(`The next begins by itself: ${timeToText(next)}.`)
  return lines
}

const kinds: Readonly<Record<CheckBody['gaps'][number]['kind'], string>> = {
  damaged: 'damaged by the disk',
  'no-peer': 'no connected peer has it',
  coming: 'on its way',
  waiting: 'waits for its turn',
  deleting: 'about to be deleted here',
  problem: 'a problem',
}

function checkToText(check: CheckBody): string {
  const { halt, gaps, unnamed, lackingPeers, peers, ignored, localChanges, notKept, databaseFaults } = check
  const lines: string[] = []
  if (halt !== undefined) lines.push(`Halted: ${plainText(halt.message)}`)
  if (peers === 0) lines.push('No peer is connected, so nobody can tell whether they have the same.')
  for (const { path, kind, problem } of gaps)
    lines.push(plainText(problem === undefined ? `${path}: ${kinds[kind]}` : problem.message))
  if (unnamed > 0) lines.push(`And at least ${countToText(unnamed, 'file')} more.`)
  for (const { name, needFiles: files, needBytes } of lackingPeers)
    lines.push(`${plainText(name)} still lacks ${countToText(files, 'file')}, ${sizeToText(needBytes)}.`)
  if (localChanges > 0) lines.push(`Changed here, and staying here: ${localChanges}.`)
  if (ignored > 0) lines.push(`Ignored here: ${countToText(ignored, 'file')} of the folder.`)
  if (notKept > 0) lines.push(`Not kept here: ${countToText(notKept, 'older file')}.`)
  if (lines.length === 0) lines.push('In sync with every connected peer.')
  lines.push(
    databaseFaults.length === 0
      ? 'The database is sound.'
      : `The database is damaged (${databaseFaults.map(plainText).join('; ')}). It is set aside and made anew from the folder; no file is touched.`,
  )
  return [...lines, ...scrubToLines(check.scrub)].join('\n')
}
