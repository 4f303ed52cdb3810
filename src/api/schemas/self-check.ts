/** What a folder finds out about itself: files its disk has damaged, why it is not in sync, and whether its database is sound. */
import Type, { type Static } from 'typebox'
import { closed, Path, ReasonSchema } from './basics.ts'

const Tally = {
  /** Files read so far, and their bytes. */
  files: Type.Number(),
  bytes: Type.Number(),
  damaged: Type.Number(),
}

/** A scrub reads every file again, to find what the disk has damaged. */
export const ScrubSchema = Type.Object({
  running: Type.Optional(
    Type.Object({
      ...Tally,
      /** ISO 8601, UTC, here and below. */
      began: Type.String(),
      by: Type.Union([Type.Literal('person'), Type.Literal('schedule')]),
    }),
  ),
  /** The last that has ended. */
  last: Type.Optional(
    Type.Object({
      ...Tally,
      began: Type.String(),
      ended: Type.String(),
      /** `stopped` by a person; `failing`: one file after another could not be read. */
      end: Type.Union([Type.Literal('whole'), Type.Literal('stopped'), Type.Literal('failing')]),
    }),
  ),
  /** When the next begins by itself. */
  next: Type.Optional(Type.String()),
  /** Files that lie here, which a scrub reads. */
  filesHere: Type.Number(),
  /** Bytes a second that it reads at most; 0 for no limit. */
  rate: Type.Number(),
})
export type ScrubBody = Static<typeof ScrubSchema>

export const KeepBody = Type.Object({ path: Path }, closed)

export const CheckSchema = Type.Object({
  /** One sentence: why the folder is not up to date; empty when it is. */
  explanation: Type.String(),
  /** Why it does nothing at all. */
  halt: Type.Optional(ReasonSchema),
  /** Paths that are not as the folder has them, or cannot be sent: those with a problem first. */
  gaps: Type.Array(
    Type.Object({
      path: Type.String(),
      kind: Type.Union([
        Type.Literal('damaged'),
        Type.Literal('no-peer'),
        Type.Literal('coming'),
        Type.Literal('waiting'),
        Type.Literal('deleting'),
        Type.Literal('problem'),
      ]),
      problem: Type.Optional(ReasonSchema),
    }),
  ),
  /** How many paths are needed here; the first of them are among the gaps. */
  needFiles: Type.Number(),
  /** At least so many of them are not among the gaps. */
  unnamed: Type.Number(),
  /** Connected peers that lack something. */
  lackingPeers: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      needFiles: Type.Number(),
      needBytes: Type.Number(),
    }),
  ),
  peers: Type.Number(),
  /** Files of the folder that are ignored here. */
  ignored: Type.Number(),
  /** Changes of a read-only device, which stay there. */
  localChanges: Type.Number(),
  /** Files of the folder that are none of the newest, and not kept here. */
  notKept: Type.Number(),
  /** What is wrong with the database; it was set aside then and is made anew from the folder, and no file is touched. */
  databaseFaults: Type.Array(Type.String()),
  scrub: ScrubSchema,
})
export type CheckBody = Static<typeof CheckSchema>
