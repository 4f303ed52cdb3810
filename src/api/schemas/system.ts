/** The machine a device runs on, and on an appliance what can be done with it. */
import Type, { type Static } from 'typebox'
import { closed } from './basics.ts'

/** A machine that does not tell something leaves it out. */
const SystemMachineSchema = Type.Object({
  /** Of the board. */
  model: Type.Optional(Type.String()),
  /** The operating system. */
  system: Type.Optional(Type.String()),
  /** Of the processor, in degrees Celsius. */
  temperature: Type.Optional(Type.Number()),
  memory: Type.Optional(Type.Object({ total: Type.Number(), available: Type.Number() })),
  /** Where the state of the device lies. */
  storage: Type.Optional(Type.Object({ total: Type.Number(), free: Type.Number() })),
  /** `low-before`: since the last start, not now. `throttled`: slower, mostly because it is too warm. */
  power: Type.Optional(
    Type.Union([
      Type.Literal('good'),
      Type.Literal('low-now'),
      Type.Literal('low-before'),
      Type.Literal('throttled'),
    ]),
  ),
  /** The part of what all cores of the processor can do that was done in the last one to two minutes, 0 to 1. */
  busy: Type.Optional(Type.Number()),
  uptimeSeconds: Type.Number(),
  addresses: Type.Array(Type.Object({ name: Type.String(), address: Type.String() })),
  /** Partitions whose file system has noted errors. */
  diskErrors: Type.Array(Type.Object({ device: Type.String(), errors: Type.Number() })),
})

export const SystemSchema = Type.Object({
  machine: SystemMachineSchema,
  /** Only where the daemon runs as an appliance. `reason`: why its helper does not answer. */
  appliance: Type.Optional(
    Type.Union([
      Type.Object({ reason: Type.String() }),
      Type.Object({
        hostName: Type.String(),
        timeZone: Type.String(),
        lastStart: Type.Union([
          Type.Literal('first'),
          Type.Literal('reboot'),
          Type.Literal('power-off'),
          Type.Literal('crash'),
        ]),
        ssh: Type.Object({
          enabled: Type.Boolean(),
          keys: Type.Array(Type.Object({ kind: Type.String(), comment: Type.String() })),
          /** Of the host key, as SSH shows it. */
          fingerprint: Type.Optional(Type.String()),
        }),
        /** What is typed for a factory reset. */
        resetText: Type.String(),
        /** It has a light that can blink. */
        canIdentify: Type.Boolean(),
      }),
    ]),
  ),
})
export type System = Static<typeof SystemSchema>

export const HostNameBody = Type.Object({ hostName: Type.String({ minLength: 1, maxLength: 63 }) }, closed)
export const TimeZoneBody = Type.Object({ timeZone: Type.String({ minLength: 1, maxLength: 100 }) }, closed)
/** Keys come from `berrysync.txt` alone. */
export const SshBody = Type.Object({ enabled: Type.Boolean() }, closed)
export const FactoryResetBody = Type.Object({ typed: Type.String({ maxLength: 64 }) }, closed)
export const TimeZonesSchema = Type.Object({ timeZones: Type.Array(Type.String()) })
