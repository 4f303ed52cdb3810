/** Where the parts of an appliance meet in the file system. The only difference between a real one and one in a test is the root. */
import { join } from 'node:path'
import { helperSocket } from '../helper/verbs.ts'
import { diskFactsDirectory, mountRoot } from './disk-facts.ts'

export interface AppliancePaths {
  /** A file for each disk. */
  readonly facts: string
  /** Each disk is mounted in a directory of its own below it. */
  readonly mounts: string
  /** Where the helper listens. */
  readonly socket: string
}

export function appliancePaths(root = '/'): AppliancePaths {
  return {
    facts: join(root, diskFactsDirectory),
    mounts: join(root, mountRoot),
    socket: join(root, helperSocket),
  }
}
