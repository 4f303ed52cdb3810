/** The device: what it does, did, and is set to. Decides nothing: every route asks the steering. */
import { DoneSchema, FolderQuery } from '../schemas/basics.ts'
import {
  DirectoriesSchema,
  DirectoryMadeSchema,
  DirectoryQuery,
  NewDirectoryBody,
} from '../schemas/directories.ts'
import { HistoryQuery, HistorySchema } from '../schemas/history.ts'
import { LedsSchema } from '../schemas/leds.ts'
import { SettingsBody, type SettingsChange, SettingsSchema } from '../schemas/settings.ts'
import { StatusSchema } from '../schemas/status.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

const tag = 'device'

export function addDeviceRoutes(app: App, steering: Steering): void {
  app.get(
    '/api/status',
    takes({ querystring: FolderQuery }, StatusSchema, {
      tag,
      summary: 'What the device and its folders are doing',
    }),
    ({ query }) => steering.status(query.folder),
  )
  app.post(
    '/api/rescan',
    takes({ querystring: FolderQuery }, DoneSchema, { tag, summary: 'Look at all files of a folder now' }),
    async ({ query }) => {
      await steering.rescan(query.folder)
      return {}
    },
  )
  app.get(
    '/api/settings',
    takes({}, SettingsSchema, { tag, summary: 'The settings of the device, with their meaning' }),
    () => steering.deviceSettings(),
  )
  app.patch(
    '/api/settings',
    takes({ body: SettingsBody }, SettingsSchema, {
      tag,
      summary:
        'Change settings of the device; what may be chosen in a browser only with the password typed anew',
      needs: (body) => (changesRoots(body as SettingsChange) ? 'confirmed' : 'control'),
    }),
    ({ body }) => steering.setDevice(body),
  )
  app.get(
    '/api/leds',
    takes({}, LedsSchema, {
      tag,
      summary: 'What the LEDs of an appliance show, and what each pattern means',
    }),
    () => steering.leds(),
  )
  app.get(
    '/api/history',
    takes({ querystring: HistoryQuery }, HistorySchema, {
      tag,
      summary: 'What was done to files, newest first, in pages',
    }),
    ({ query }) => steering.history(query),
  )
  app.get(
    '/api/directories',
    takes({ querystring: DirectoryQuery }, DirectoriesSchema, {
      tag,
      summary: 'Directories of the device that a folder can be chosen from',
      needs: 'control',
    }),
    ({ query }) => steering.directories(query.path),
  )
  app.post(
    '/api/directories',
    takes({ body: NewDirectoryBody }, DirectoryMadeSchema, {
      tag,
      summary: 'Make a directory below one that may be chosen from',
    }),
    ({ body }) => steering.makeDirectory(body.parent, body.name),
  )
}

/** Whoever took over a session must not reach more of the disk with it. */
function changesRoots(change: SettingsChange): boolean {
  return Object.hasOwn('texts' in change ? change.texts : change.values, 'roots')
}
