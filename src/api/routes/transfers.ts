/** What is on its way, and how much passed before. Decides nothing: every route asks the steering. */
import { FolderParams } from '../schemas/basics.ts'
import { PartsQuery, PartsSchema, TrafficHistorySchema, TrafficQuery } from '../schemas/transfers.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

const tag = 'files'

export function addTransferRoutes(app: App, steering: Steering): void {
  app.get(
    '/api/folders/:folder/transfers/parts',
    takes({ params: FolderParams, querystring: PartsQuery }, PartsSchema, {
      tag,
      summary: 'Who has which part of a file',
    }),
    ({ params, query }) => steering.parts(params.folder, query.path),
  )
  app.get(
    '/api/traffic',
    takes({ querystring: TrafficQuery }, TrafficHistorySchema, {
      tag,
      summary: 'How much passed, by second or hour',
    }),
    ({ query }) => steering.trafficHistory(query.span),
  )
}
