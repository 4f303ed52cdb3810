import type { Command } from 'commander'
import type { DiskBody, DiskDone, DisksBody } from '../api/schemas/disks.ts'
import { plainText } from '../core/plain-text.ts'
import { sizeToText, tableToText } from './print.ts'
import { openSession, type Surroundings } from './session.ts'

export function defineDisks(program: Command, around: Surroundings): void {
  const disks = program
    .command('disks')
    .description('the disks of an appliance')
    .action(async (_options, command: Command) => {
      const session = openSession(command, around)
      session.show(await session.client.get<DisksBody>('/api/disks'), disksToText)
    })

  disks
    .command('eject')
    .description('close the folders on a disk, so that it can be pulled')
    .argument('<DISK>', 'its name or device')
    .action(async (disk: string, _options, command: Command) => {
      const session = openSession(command, around)
      const route = `/api/disks/${encodeURIComponent(disk)}/eject`
      session.show(await session.client.post<DiskDone>(route), ({ finished }) =>
        finished
          ? `${disk} can be pulled now.`
          : `${disk} is still being ejected: wait until \`berrysync disks\` says so.`,
      )
    })
}

function disksToText({ disks }: DisksBody): string {
  return tableToText(
    ['DISK', 'DEVICE', 'MODEL', 'SIZE', 'FILES', 'STATE', 'FREE', 'FOLDERS'],
    disks.map((disk) => [
      plainText(disk.name),
      disk.device,
      plainText(disk.model),
      sizeToText(disk.sizeBytes),
      plainText(disk.fileSystem?.kind ?? 'none'),
      stateToText(disk),
      disk.freeBytes === undefined ? '' : sizeToText(disk.freeBytes),
      String(disk.folders.length),
    ]),
    'No disk is plugged in.',
  )
}

function stateToText({ state, readOnly, reason, doing, progress }: DiskBody): string {
  const how = [readOnly ? 'read-only' : '', reason ?? ''].filter((text) => text !== '').join(', ')
  const far = progress === undefined ? '' : ` ${Math.floor(progress * 100)} %`
  if (doing !== undefined) return `${doing}${far}`
  return `${state}${far}${how === '' ? '' : ` (${how})`}`
}
