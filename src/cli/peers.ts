import type { Command } from 'commander'
import type { ExplanationBody } from '../api/schemas/explanation.ts'
import type { PeerBody, Peers } from '../api/schemas/members.ts'
import { plainText } from '../core/plain-text.ts'
import { folderRoute } from './client.ts'
import { tableToText, timeToText } from './print.ts'
import { allRoutesToLines } from './route-text.ts'
import { absolute, openSession, type Surroundings, wrongUsage } from './session.ts'

export function definePeers(program: Command, around: Surroundings): void {
  program
    .command('peers')
    .description('list the devices that share a folder, or any')
    .argument('[DIR]', 'the folder')
    .option('--explain', 'why they are connected or not: everything that was tried')
    .action(async (directory: string | undefined, options, command: Command) => {
      const { explain = false } = options as { readonly explain?: boolean }
      const session = openSession(command, around)
      const folder = directory === undefined ? undefined : absolute(directory)
      if (explain) {
        if (folder === undefined) wrongUsage(command, '--explain is about one folder: name its DIR')
        session.show(
          await session.client.get<ExplanationBody>(folderRoute(folder, '/explanation')),
          explanationToText,
        )
        return
      }
      session.show(await session.client.get<Peers>('/api/peers', { folder }), peersToText)
    })
}

export function defineRevoke(program: Command, around: Surroundings): void {
  program
    .command('revoke')
    .description('take a device out of a folder: what it changes from now on counts for nobody')
    .argument('<DIR>', 'the folder')
    .argument('<DEVICE>', 'its name, or the first characters of its id')
    .action(async (directory: string, device: string, _options, command: Command) => {
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/revoke')
      session.show(await session.client.post<PeerBody>(route, { device }), revokedToText)
    })
}

export function defineApprove(program: Command, around: Surroundings): void {
  program
    .command('approve')
    .description('let a device in that waits for it')
    .argument('<DIR>', 'the folder')
    .argument('<DEVICE>', 'its name, or the first characters of its id')
    .action(async (directory: string, device: string, _options, command: Command) => {
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/approve')
      session.show(
        await session.client.post<PeerBody>(route, { device }),
        ({ name }) => `${plainText(name)} is let in (read-only) when it connects the next time.`,
      )
    })
}

function revokedToText({ name, invitedBy }: PeerBody): string {
  const how =
    invitedBy === undefined
      ? 'It holds the full secret, though, with which it could let itself in again:'
      : 'Where a secret alone is enough to come in, it could come back as another device:'
  return `${plainText(name)} is taken out. What it sent before stays. ${how} a new secret (berrysync rotate) keeps it out for good.`
}

function peersToText({ peers }: Peers): string {
  const rows = peers.map((peer) => [
    peer.name,
    peer.role,
    connectionToText(peer),
    peer.invitedBy ?? '',
    peer.folder,
    peer.id.slice(0, 12),
  ])
  return tableToText(
    ['DEVICE', 'ROLE', 'CONNECTION', 'LET IN BY', 'FOLDER', 'ID'],
    rows,
    'No other device was seen yet.',
  )
}

function connectionToText({ state, connected, address = '', lastSeen }: PeerBody): string {
  if (state === 'revoked') return 'taken out'
  if (state === 'awaited') return 'not met since the new secret'
  if (state === 'waiting') return 'waits to be let in (berrysync approve)'
  if (connected) return `connected, ${address}`
  return lastSeen === undefined ? 'never connected to this device' : `last seen ${timeToText(lastSeen)}`
}

const waysByName = {
  lan: 'local network',
  tracker: 'trackers',
  dht: 'DHT',
  relay: 'relays',
} as const

function explanationToText(explanation: ExplanationBody): string {
  const { closed, reachable } = explanation
  const ways = Object.keys(waysByName) as (keyof typeof waysByName)[]
  const routes = allRoutesToLines(explanation)
  return [
    ...(closed
      ? [
          'This device is closed (`berrysync config closed`, or --closed): nothing goes anywhere but to predefined hosts.',
        ]
      : ways.flatMap((way) => searchToLines(explanation, way))),
    `This device: ${plainText(reachable.message)}`,
    ...reachable.routers.map(({ message }) => `  ${plainText(message)}`),
    routes.length === 0 ? 'No way to a peer is known.' : 'Ways to peers:',
    ...routes.map((line) => `  ${line}`),
  ].join('\n')
}

function searchToLines(
  { path, switches, searches }: ExplanationBody,
  way: keyof typeof waysByName,
): readonly string[] {
  const name = waysByName[way]
  if (!switches.includes(way)) return [`${name}: off (berrysync set ${plainText(path)} ${way}=on)`]
  const rows = searches.filter(({ by }) => by === way)
  if (rows.length === 0)
    return [`${name}: ${way === 'relay' || way === 'tracker' ? 'none is set' : 'nothing was asked yet'}`]
  return rows.map(
    ({ at, message }) => `${at === name ? name : `${name}, ${plainText(at)}`}: ${plainText(message)}`,
  )
}
