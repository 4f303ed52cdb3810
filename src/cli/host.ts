import type { Command } from 'commander'
import type { Hosts } from '../api/schemas/folders.ts'
import type { Status } from '../api/schemas/status.ts'
import { folderRoute } from './client.ts'
import { absolute, openSession, type Session, type Surroundings } from './session.ts'

export function defineHost(program: Command, around: Surroundings): void {
  const host = program.command('host').description('the predefined hosts of a folder')

  host
    .command('add')
    .description('connect to a peer at a fixed address')
    .argument('<DIR>', 'the folder')
    .argument('<HOST:PORT>', 'like 192.0.2.7:4444 or name.example:4444')
    .action(async (directory: string, address: string, _options, command: Command) => {
      const session = openSession(command, around)
      show(
        session,
        await session.client.post<Hosts>(folderRoute(absolute(directory), '/hosts'), { host: address }),
      )
    })

  host
    .command('remove')
    .description('do not connect to that address any more')
    .argument('<DIR>', 'the folder')
    .argument('<HOST:PORT>', 'as it stands in the list')
    .action(async (directory: string, address: string, _options, command: Command) => {
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), `/hosts/${encodeURIComponent(address)}`)
      show(session, await session.client.remove<Hosts>(route))
    })

  host
    .command('list')
    .description('list them')
    .argument('<DIR>', 'the folder')
    .action(async (directory: string, _options, command: Command) => {
      const session = openSession(command, around)
      const { folders } = await session.client.get<Status>('/api/status', { folder: absolute(directory) })
      show(session, { hosts: folders[0]!.hosts })
    })
}

function show(session: Session, answer: Hosts): void {
  session.show(answer, ({ hosts }) => (hosts.length === 0 ? 'No hosts.' : hosts.join('\n')))
}
