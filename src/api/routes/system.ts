/** The machine: what it tells of itself, and what can be done with it. Decides nothing: every route asks the steering. */
import Type from 'typebox'
import { DoneSchema } from '../schemas/basics.ts'
import {
  FactoryResetBody,
  HostNameBody,
  SshBody,
  SystemSchema,
  TimeZoneBody,
  TimeZonesSchema,
} from '../schemas/system.ts'
import type { SystemSteering } from '../system-steering.ts'
import { type App, takes } from './typed-app.ts'

const tag = 'device'

export function addSystemRoutes(app: App, steering: SystemSteering): void {
  app.get('/api/system', takes({}, SystemSchema, { tag, summary: 'The machine this device runs on' }), () =>
    steering.system(),
  )
  app.get(
    '/api/system/time-zones',
    takes({}, TimeZonesSchema, { tag, summary: 'Time zones to choose from' }),
    () => ({ timeZones: [...steering.timeZones()] }),
  )
  app.put(
    '/api/system/host-name',
    takes({ body: HostNameBody }, DoneSchema, { tag, summary: 'Give an appliance another host name' }),
    ({ body }) => done(steering.setHostName(body.hostName)),
  )
  app.put(
    '/api/system/time-zone',
    takes({ body: TimeZoneBody }, DoneSchema, { tag, summary: 'Set the time zone of an appliance' }),
    ({ body }) => done(steering.setTimeZone(body.timeZone)),
  )
  app.put(
    '/api/system/ssh',
    takes({ body: SshBody }, DoneSchema, {
      tag,
      summary: 'Let in over SSH whoever holds a key that the card was given, or nobody',
      needs: 'confirmed',
    }),
    ({ body }) => done(steering.setSsh(body.enabled)),
  )
  app.post(
    '/api/system/restart',
    takes({}, DoneSchema, { tag, summary: 'Start Berrysync again on an appliance' }),
    () => done(steering.restartDaemon()),
  )
  app.post('/api/system/reboot', takes({}, DoneSchema, { tag, summary: 'Start an appliance again' }), () =>
    done(steering.reboot()),
  )
  app.post('/api/system/power-off', takes({}, DoneSchema, { tag, summary: 'Switch an appliance off' }), () =>
    done(steering.powerOff()),
  )
  app.post(
    '/api/system/identify',
    takes({}, DoneSchema, { tag, summary: 'Let the lights of an appliance blink' }),
    () => done(steering.identify()),
  )
  app.get(
    '/api/system/logs',
    {
      schema: {
        response: { 200: { content: { 'text/plain': { schema: Type.String() } } } },
        summary: 'What an appliance logged since its start, without secrets',
        tags: [tag],
      },
      config: { needs: 'control' },
    },
    async (_, reply) => {
      const text = await steering.logs()
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', 'attachment; filename="berrysync.log"')
        .send(text)
    },
  )
  app.post(
    '/api/system/factory-reset',
    takes({ body: FactoryResetBody }, DoneSchema, {
      tag,
      summary: 'Have an appliance forget its own state; disks keep all that lies on them',
      needs: 'confirmed',
    }),
    ({ body }) => done(steering.factoryReset(body.typed)),
  )
}

async function done(deed: Promise<void>): Promise<object> {
  await deed
  return {}
}
