/** Who may steer the device through the web: the password, sessions of browsers, tokens of programs. */
import Type, { type Static } from 'typebox'
import { closed } from './basics.ts'

/** Longer ones are no better, and each takes time to check. */
const maxPasswordCharacters = 1024
const maxNameCharacters = 64
const daySeconds = 86_400
/** Whoever steers a device for longer than this makes a new one. */
const maxTokenLifeSeconds = 10 * 366 * daySeconds

/** Whether one is long enough is said in words for people, not by the shape of the request. */
const Password = Type.String({ maxLength: maxPasswordCharacters })

/** `read` sees everything that is no secret; `control` changes things, too. Only a session whose password was typed just now does more. */
export const ScopeSchema = Type.Union([Type.Literal('read'), Type.Literal('control')])
export type Scope = Static<typeof ScopeSchema>

/** What whoever asks may do here. Told to everybody, so it says nothing of what is synced. */
export const AccessSchema = Type.Object({
  /** `set-up`: there is no password yet. `locked`: it has to be typed. */
  state: Type.Union([Type.Literal('set-up'), Type.Literal('locked'), Type.Literal('open')]),
  /** The name of the device. */
  name: Type.String(),
  version: Type.String(),
  scope: Type.Optional(ScopeSchema),
  /** Until when what needs the password again is allowed; ISO 8601, UTC. */
  confirmedUntil: Type.Optional(Type.String()),
})
export type Access = Static<typeof AccessSchema>

/** Chooses the password of a device that has none, and logs in. */
export const SetUpBody = Type.Object(
  { password: Password, name: Type.Optional(Type.String({ maxLength: maxNameCharacters })) },
  closed,
)
export const LogInBody = Type.Object({ password: Password }, closed)
/** Ends every session but the one that asks. */
export const PasswordBody = Type.Object({ password: Password }, closed)

export const TokenBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: maxNameCharacters }),
    scope: ScopeSchema,
    /** Never ends where it is left out. */
    lifeSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: maxTokenLifeSeconds })),
  },
  closed,
)
export const TokenParams = Type.Object({ token: Type.String({ maxLength: 64 }) })

export const TokenSchema = Type.Object({
  /** Names the token without telling it. */
  id: Type.String(),
  name: Type.String(),
  scope: ScopeSchema,
  /** ISO 8601, UTC; these too. */
  created: Type.String(),
  expires: Type.Optional(Type.String()),
  lastUsed: Type.Optional(Type.String()),
})
export type TokenRow = Static<typeof TokenSchema>

/** `token` is told this once: for `Authorization: Bearer …`. */
export const TokenMadeSchema = Type.Object({ ...TokenSchema.properties, token: Type.String() })
export type TokenMade = Static<typeof TokenMadeSchema>

export const TokensSchema = Type.Object({ tokens: Type.Array(TokenSchema) })
export type Tokens = Static<typeof TokensSchema>

export const SessionSchema = Type.Object({
  id: Type.String(),
  /** Where it was begun. */
  address: Type.String(),
  /** What the browser calls itself. */
  agent: Type.String(),
  created: Type.String(),
  lastUsed: Type.String(),
  /** It is the one that asks. */
  own: Type.Boolean(),
})
export const SessionsSchema = Type.Object({ sessions: Type.Array(SessionSchema) })
export type Sessions = Static<typeof SessionsSchema>
