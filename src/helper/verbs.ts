/**
 * What may be asked of the helper and how it answers: a closed list of verbs with the shape of their arguments, shared with the daemon's
 * client. Whatever does not fit a shape exactly is refused before anything is looked at. No code but shapes and limits.
 */
import Type, { type Static } from 'typebox'
import { DeviceName, DiskIdentitySchema } from '../appliance/disk-facts.ts'

const closed = { additionalProperties: false } as const

export const helperSocket = '/run/berrysync/helper.sock'

/** One line; longer than any request, short enough to hold. */
export const maxRequestBytes = 64 * 1024
/** Whoever asks has its line ready. */
export const requestTimeoutMs = 10_000
/** The log is the longest answer: its last part, as one line of JSON. */
export const maxAnswerBytes = 4 * 1024 ** 2

/** RFC 1123, one label. */
export const HostName = Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' })
/** A name of the time zone database; that it exists is looked up besides. */
export const TimeZone = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z][A-Za-z0-9_+-]{0,31}){0,2}$',
})
/** A name of an uploaded file in the directory `updates` of the daemon's home. Never a path. */
const UploadName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' })
/** What a person typed to say that they mean it. */
const Typed = Type.String({ maxLength: 64 })

const request = <V extends string>(verb: V) => Type.Object({ verb: Type.Literal(verb) }, closed)
const ofDevice = <V extends string>(verb: V) =>
  Type.Object({ verb: Type.Literal(verb), device: DeviceName }, closed)

export const requestSchemas = {
  attach: ofDevice('attach'),
  detach: ofDevice('detach'),
  eject: ofDevice('eject'),
  prepare: Type.Object(
    { verb: Type.Literal('prepare'), device: DeviceName, disk: DiskIdentitySchema },
    closed,
  ),
  erase: Type.Object(
    { verb: Type.Literal('erase'), device: DeviceName, disk: DiskIdentitySchema, typed: Typed },
    closed,
  ),
  repair: ofDevice('repair'),
  describe: request('describe'),
  'set-host-name': Type.Object({ verb: Type.Literal('set-host-name'), value: HostName }, closed),
  'set-time-zone': Type.Object({ verb: Type.Literal('set-time-zone'), value: TimeZone }, closed),
  /** For the keys there are. It takes none: whoever holds one is root here, and the daemon must not be able to become that. */
  'set-ssh': Type.Object({ verb: Type.Literal('set-ssh'), value: Type.Boolean() }, closed),
  restart: request('restart'),
  reboot: request('reboot'),
  'power-off': request('power-off'),
  logs: request('logs'),
  'install-release': Type.Object({ verb: Type.Literal('install-release'), file: UploadName }, closed),
  'keep-release': request('keep-release'),
  'roll-back': request('roll-back'),
  'factory-reset': Type.Object({ verb: Type.Literal('factory-reset'), typed: Typed }, closed),
  settle: request('settle'),
} as const

export type Verb = keyof typeof requestSchemas
export const verbs = Object.keys(requestSchemas) as readonly Verb[]
export type RequestOf<V extends Verb> = Static<(typeof requestSchemas)[V]>
export type HelperRequest = { readonly [V in Verb]: RequestOf<V> }[Verb]

/** What is typed to have the device forget its own state. */
export const factoryResetText = 'reset'

const Nothing = Type.Object({})

/** Why the machine last started. `first`: nothing was kept from before. `crash`: no clean end was noted, so power, a hang or a crash ended it. */
const lastStarts = Type.Union([
  Type.Literal('first'),
  Type.Literal('reboot'),
  Type.Literal('power-off'),
  Type.Literal('crash'),
])

/** What each verb says when it is done. */
export const doneSchemas = {
  attach: Nothing,
  detach: Nothing,
  eject: Nothing,
  /** The partition that is there now. Its facts say how it was attached. */
  prepare: Type.Object({ device: DeviceName }),
  erase: Type.Object({ device: DeviceName }),
  repair: Nothing,
  describe: Type.Object({
    /** Of the board, as its device tree or firmware says it. */
    model: Type.Union([Type.String(), Type.Null()]),
    hostName: Type.String(),
    timeZone: Type.String(),
    lastStart: lastStarts,
    ssh: Type.Object({
      enabled: Type.Boolean(),
      keys: Type.Array(Type.Object({ kind: Type.String(), comment: Type.String() })),
      /** `SHA256:…` of the host key, so that a person can compare at the first log-in; null while there is none. */
      fingerprint: Type.Union([Type.String(), Type.Null()]),
    }),
    /** Which releases there are, as release-verbs knows them; null where the machine has no releases. */
    releases: Type.Union([
      Type.Object({
        packaged: Type.String(),
        chosen: Type.String(),
        trial: Type.Union([Type.String(), Type.Null()]),
        before: Type.Union([Type.String(), Type.Null()]),
        /** The last one that did not prove itself. */
        failed: Type.Union([Type.String(), Type.Null()]),
      }),
      Type.Null(),
    ]),
  }),
  'set-host-name': Nothing,
  'set-time-zone': Nothing,
  'set-ssh': Nothing,
  restart: Nothing,
  reboot: Nothing,
  'power-off': Nothing,
  logs: Type.Object({ text: Type.String() }),
  'install-release': Type.Object({ version: Type.String() }),
  'keep-release': Nothing,
  'roll-back': Type.Object({ version: Type.String() }),
  'factory-reset': Nothing,
  settle: Nothing,
} as const satisfies Record<Verb, unknown>

export type DoneOf<V extends Verb> = Static<(typeof doneSchemas)[V]>

/** A line of an answer. The last line is `done` or `error`; a connection that ends without one is a failure. */
export const AnswerSchema = Type.Union([
  Type.Object({ progress: Type.Number({ minimum: 0, maximum: 1 }) }, closed),
  Type.Object({ done: Type.Unknown() }, closed),
  Type.Object(
    {
      error: Type.Object({
        code: Type.String(),
        message: Type.String(),
        data: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
      }),
    },
    closed,
  ),
])
export type HelperAnswer = Static<typeof AnswerSchema>
