/** What has been decided so far about a folder that is being added. */
import type { Added, SecretKind } from '../../../src/api/schemas/folders.ts'

export type Step =
  /** A new folder, or one that others share. */
  | { readonly name: 'choose' }
  | { readonly name: 'join' }
  /** `given` is the secret it is added with; a new folder of none gets one made. */
  | { readonly name: 'directory'; readonly given?: SecretKind }
  | { readonly name: 'done'; readonly added: Added }

/** Which of three a person is at. */
export function numberOf({ name }: Step): number {
  return { choose: 1, join: 1, directory: 2, done: 3 }[name]
}

/** Where "back" leads; nowhere once it is done. */
export function stepBefore(step: Step): Step | undefined {
  switch (step.name) {
    case 'join':
      return { name: 'choose' }
    case 'directory':
      return isJoining(step.given) ? { name: 'join' } : { name: 'choose' }
    default:
      return undefined
  }
}

/** Whether somebody else shares it already, as far as the secret tells: one of a person's own may be new. */
export function isJoining(given: SecretKind | undefined): boolean {
  return given !== undefined && !given.own
}

/** The key of the words for what a secret lets this device do. */
export function kindKey({ kind, own }: SecretKind): string {
  return `secret-kind-${own ? 'own' : kind}`
}
