/** What Prometheus reads. Decides nothing: the steering does. */
import type { Steering } from '../steering.ts'
import type { App } from './typed-app.ts'

export function addMetricsRoute(app: App, steering: Steering): void {
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await steering.metrics()
    return reply.type(contentType).send(text)
  })
}
