/** The device: what it does, did, and is set to. Decides nothing: every route asks the steering. */
import { DoneSchema, defaultRows, FolderQuery, RowsQuery } from '../schemas/basics.ts'
import { HistorySchema } from '../schemas/history.ts'
import { SettingsBody, SettingsSchema } from '../schemas/settings.ts'
import { StatusSchema } from '../schemas/status.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

export function addDeviceRoutes(app: App, steering: Steering): void {
  app.get('/api/status', takes({ querystring: FolderQuery }, StatusSchema), ({ query }) =>
    steering.status(query.folder),
  )
  app.post('/api/rescan', takes({ querystring: FolderQuery }, DoneSchema), async ({ query }) => {
    await steering.rescan(query.folder)
    return {}
  })
  app.get('/api/settings', takes({}, SettingsSchema), () => steering.deviceSettings())
  app.patch('/api/settings', takes({ body: SettingsBody }, SettingsSchema), ({ body }) =>
    steering.setDevice(body),
  )
  app.get('/api/history', takes({ querystring: RowsQuery }, HistorySchema), ({ query }) =>
    steering.history(query.folder, query.limit ?? defaultRows),
  )
}
