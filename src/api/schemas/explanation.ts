/** Why peers of a folder are connected or not. */
import Type, { type Static } from 'typebox'
import { ReasonSchema } from './basics.ts'

const Failure = ReasonSchema.properties

/** By which peers are found that nobody typed in; each is the name of a switch of the folder. */
const FoundBySchema = Type.Union([
  Type.Literal('lan'),
  Type.Literal('tracker'),
  Type.Literal('dht'),
  Type.Literal('relay'),
])

/** A way to peers that this device goes itself, and what came of it. Peers that connect from their side are in none. */
export const RouteSchema = Type.Object({
  /** Where it was learned of; `host` is a predefined one. */
  source: Type.Union([Type.Literal('host'), FoundBySchema]),
  /** `host:port`, as it was given, or what names a member at a relay. */
  target: Type.String(),
  via: Type.Union([Type.Literal('direct'), Type.Literal('relay')]),
  state: Type.Union([
    Type.Literal('connected'),
    Type.Literal('trying'),
    Type.Literal('waiting'),
    /** Not tried again before the settings change. */
    Type.Literal('given-up'),
  ]),
  /** How the last try or link ended. */
  lastResult: Type.Optional(Type.Object(Failure)),
  /** The addresses of the target that the last try went through in vain. */
  tried: Type.Array(Type.Object({ address: Type.String(), ...Failure })),
  /** When state or result last changed; ISO 8601, UTC. */
  at: Type.String(),
  /** While waiting: when it is tried again. */
  nextInSeconds: Type.Optional(Type.Number()),
})
export type Route = Static<typeof RouteSchema>

/** One thing that was asked, and what came of it. */
const Asked = {
  /** The address of a tracker or router, the name of a network interface. */
  at: Type.String(),
  state: Type.Union([Type.Literal('working'), Type.Literal('failed'), Type.Literal('waiting')]),
  message: Type.String(),
  /** Why nothing came of it, or not all that could; a code. */
  why: Type.Optional(Type.String()),
  /** When it is asked again, where that is known. */
  nextInSeconds: Type.Optional(Type.Number()),
  /** Addresses it told last. */
  found: Type.Number(),
  time: Type.String(),
}

/** Why peers of a folder are connected or not: everything that was tried. */
export const ExplanationSchema = Type.Object({
  path: Type.String(),
  /** Ways that are switched on, for this folder and for the device. */
  switches: Type.Array(FoundBySchema),
  /** Whether nothing goes anywhere but to predefined hosts. */
  closed: Type.Boolean(),
  routes: Type.Array(RouteSchema),
  /** What was asked for peers. */
  searches: Type.Array(Type.Object({ by: FoundBySchema, ...Asked })),
  /** Whether peers outside the local network can connect to this device. */
  reachable: Type.Object({
    state: Type.Union([
      Type.Literal('reachable'),
      Type.Literal('likely'),
      Type.Literal('relayed'),
      Type.Literal('unlikely'),
      Type.Literal('closed'),
    ]),
    message: Type.String(),
    /** Routers that were asked to let them in. */
    routers: Type.Array(Type.Object(Asked)),
  }),
})
export type ExplanationBody = Static<typeof ExplanationSchema>
