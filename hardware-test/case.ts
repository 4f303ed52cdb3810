/** What a case is: one thing that has to be so on every board, told for a person and done by a program. */
import type { Board, StartOptions } from './board.ts'
import type { Device } from './device.ts'
import type { Peer } from './peer.ts'

/** Numbers that a case measured, by name; the unit stands in the name. */
export type Figures = Readonly<Record<string, number>>

/** What the cases of one start share. */
export interface Scene {
  readonly board: Board
  readonly device: Device
  readonly peer: Peer
  /** When the power came, by `performance.now`. */
  readonly startedMs: number
  /** How long each start so far took until the web interface answered, by its id. */
  readonly startSeconds: Figures
  /** What one case has set up and a later one of the same start uses, by name. */
  readonly kept: Map<string, unknown>
  /** A remark in the log. */
  tell(text: string): void
}

export interface Case {
  readonly id: string
  /** A sentence that is true when all is well. It begins with the rule of docs/appliance.md it keeps, where there is one. */
  readonly title: string
  /** What a person does, step by step. */
  readonly steps: readonly string[]
  /** What the person has to see. */
  readonly expect: string
  readonly limitSeconds: number
  run(scene: Scene): Promise<Figures>
}

/** Starts that follow each other on one board. What one series finds or leaves is nothing to the others but for a saved system, so they may run side by side. */
export interface Series {
  readonly id: string
  /** The series whose saved system its starts resume; it waits for that one's end. */
  readonly resumes?: string
  /** The others leave it the processors. */
  readonly isLongest?: boolean
  readonly starts: readonly Start[]
}

/** Cases between one switching on and the next. They run in this order, and a later one may need what an earlier one has set up. */
export interface Start {
  readonly id: string
  readonly title: string
  /** `resume`: it goes on with a saved system. Left out where the cases switch the power on and off themselves. */
  readonly options?: StartOptions | 'resume'
  /** A password is chosen before the first case. Default: the device is as it started. */
  readonly isSetUp?: boolean
  /** The system is saved after the last case, with a password. */
  readonly isSaved?: boolean
  readonly cases: readonly Case[]
}
