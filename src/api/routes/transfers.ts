/** What is on its way, and how much passed before. Decides nothing: every route asks the steering. */
import { FolderParams } from '../schemas/basics.ts'
import { PartsQuery, PartsSchema, TrafficHistorySchema, TrafficQuery } from '../schemas/transfers.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

export function addTransferRoutes(app: App, steering: Steering): void {
  app.get(
    '/api/folders/:folder/transfers/parts',
    takes({ params: FolderParams, querystring: PartsQuery }, PartsSchema),
    ({ params, query }) => steering.parts(params.folder, query.path),
  )
  app.get('/api/traffic', takes({ querystring: TrafficQuery }, TrafficHistorySchema), ({ query }) =>
    steering.trafficHistory(query.span),
  )
}
