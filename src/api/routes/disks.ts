/** The disks of an appliance. Decides nothing: every route asks the steering, and on a device that is no appliance says so. */
import { SyncError } from '../../core/errors.ts'
import type { ApplianceSteering } from '../appliance-steering.ts'
import { DiskDoneSchema, DiskParams, DisksSchema, EraseBody, PrepareBody } from '../schemas/disks.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

const tag = 'disks'

export function addDiskRoutes(app: App, { appliance }: Steering): void {
  function asked(): ApplianceSteering {
    if (appliance === undefined) throw new SyncError('appliance-only')
    return appliance
  }

  app.get('/api/disks', takes({}, DisksSchema, { tag, summary: 'The disks of the appliance' }), async () => ({
    disks: [...(await asked().disks())],
  }))
  app.post(
    '/api/disks/:disk/eject',
    takes({ params: DiskParams }, DiskDoneSchema, {
      tag,
      summary: 'Close the folders on a disk and let it be pulled',
    }),
    ({ params }) => asked().ejectDisk(params.disk),
  )
  app.post(
    '/api/disks/:disk/attach',
    takes({ params: DiskParams }, DiskDoneSchema, {
      tag,
      summary: 'Attach a disk that was ejected or failed',
    }),
    ({ params }) => asked().attachDisk(params.disk),
  )
  app.post(
    '/api/disks/:disk/repair',
    takes({ params: DiskParams }, DiskDoneSchema, {
      tag,
      summary: 'Check and mend a disk, which may give up files that cannot be saved',
      needs: 'confirmed',
    }),
    ({ params }) => asked().repairDisk(params.disk),
  )
  app.post(
    '/api/disks/:disk/prepare',
    takes({ params: DiskParams, body: PrepareBody }, DiskDoneSchema, {
      tag,
      summary: 'Make a file system on a disk that is blank',
      needs: 'confirmed',
    }),
    ({ params, body }) => asked().prepareDisk(params.disk, body),
  )
  app.post(
    '/api/disks/:disk/erase',
    takes({ params: DiskParams, body: EraseBody }, DiskDoneSchema, {
      tag,
      summary: 'Erase a disk and make a new file system on it',
      needs: 'confirmed',
    }),
    ({ params, body: { typed, ...shown } }) => asked().eraseDisk(params.disk, shown, typed),
  )
}
