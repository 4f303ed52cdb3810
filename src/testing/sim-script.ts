/**
 * What comes upon a simulated run from outside, as data: what people do, what goes wrong, who meets, how long nothing new happens. Drawn as
 * the run goes on, told, kept in files, played again and made shorter. Everything else follows from the seed.
 */
import type { SimSetting } from './sim-setting.ts'

/** What a person does; passed over where it cannot be done (any more). Paths are those at the person's device. */
export type Deed =
  | {
      readonly kind: 'write'
      readonly path: string
      readonly content: 'new' | 'new, large' | 'more' | 'none'
      readonly how: 'in place' | 'saved anew'
      /** Set back to what it was, or to earlier than that. */
      readonly time?: 'before' | 'long before'
    }
  | { readonly kind: 'copy' | 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'remove' | 'flip the mode' | 'make a directory' | 'link'; readonly path: string }
  /** Seconds before its present time; undefined: now. */
  | { readonly kind: 'touch'; readonly path: string; readonly secondsBack?: number }
  /** A file becomes a directory, with a file in it perhaps; a directory becomes a file. */
  | { readonly kind: 'switch'; readonly path: string; readonly inside?: string }
  /** Everything at the top but these. */
  | { readonly kind: 'remove much'; readonly keep: readonly string[] }

export type Trouble =
  | { readonly kind: 'crash' | 'power cut'; readonly afterOperations: number }
  | { readonly kind: 'stop' | 'full disk' | 'read-only disk' | 'no disk' | 'cut off' | 'back up' }
  | { readonly kind: 'errors'; readonly code: string; readonly probability: number }
  | { readonly kind: 'forbidden'; readonly place: string }
  | { readonly kind: 'other disk'; readonly isEmpty: boolean }
  | { readonly kind: 'clock'; readonly byMs: number }
  /** The disk makes something else of a file that has been read and is as it was, and says nothing. */
  | {
      readonly kind: 'damage'
      readonly path: string
      readonly how: 'changed' | 'unreadable'
      readonly offsetBytes: number
    }
  | { readonly kind: 'scrub' }
  /** `powerLoss`: how likely what was not durable is lost; undefined: nothing is. */
  | { readonly kind: 'forget'; readonly from: 'nothing' | 'backup'; readonly powerLoss: number | undefined }

/** What happens in one moment. Devices are named by their numbers. */
export type Incident =
  | { readonly kind: 'deed'; readonly device: number; readonly deed: Deed }
  | { readonly kind: 'trouble'; readonly device: number; readonly trouble: Trouble }
  | { readonly kind: 'start'; readonly device: number }
  | { readonly kind: 'connect' | 'cut'; readonly between: readonly [number, number] }

/** What takes time. */
export type Passage =
  | { readonly kind: 'run'; readonly events: number }
  | { readonly kind: 'pass'; readonly durationMs: number }
  /** Everything is healed, these connect, and once all is quiet the oracle judges. */
  | { readonly kind: 'settle'; readonly lines: readonly (readonly [number, number])[] }

export type Step = Incident | Passage

export interface SimScript {
  readonly seed: number
  readonly setting: SimSetting
  readonly steps: readonly Step[]
}

export function isPassage(step: Step): step is Passage {
  return step.kind === 'run' || step.kind === 'pass' || step.kind === 'settle'
}
