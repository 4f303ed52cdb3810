import type { Command } from 'commander'
import type { Peers } from '../api/schemas.ts'
import { tableToText, timeToText } from './print.ts'
import { absolute, openSession, type Surroundings } from './session.ts'

export function definePeers(program: Command, around: Surroundings): void {
  program
    .command('peers')
    .description('list the devices that share a folder, or any')
    .argument('[DIR]', 'the folder')
    .action(async (directory: string | undefined, _options, command: Command) => {
      const session = openSession(command, around)
      const folder = directory === undefined ? undefined : absolute(directory)
      session.show(await session.client.get<Peers>('/api/peers', { folder }), peersToText)
    })
}

function peersToText({ peers }: Peers): string {
  const rows = peers.map((peer) => [
    peer.name,
    peer.role,
    peer.connected ? `connected, ${peer.address ?? ''}` : `last seen ${timeToText(peer.lastSeen)}`,
    peer.folder,
    peer.id.slice(0, 12),
  ])
  return tableToText(['DEVICE', 'ROLE', 'CONNECTION', 'FOLDER', 'ID'], rows, 'No other device was seen yet.')
}
