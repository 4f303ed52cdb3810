/** Which rows of a long list are chosen: some of them, or all but some, also of those that were not fetched yet. */
export interface Selection {
  readonly all: boolean
  /** Not chosen though all are. */
  readonly except: ReadonlySet<string>
  /** Chosen, where not all are. */
  readonly only: ReadonlySet<string>
}

const none: ReadonlySet<string> = new Set()

export const noneChosen: Selection = { all: false, except: none, only: none }
export const allOf: Selection = { all: true, except: none, only: none }

export function isChosen({ all, except, only }: Selection, key: string): boolean {
  return all ? !except.has(key) : only.has(key)
}

export function toggled({ all, except, only }: Selection, key: string): Selection {
  return all ? { all, only, except: flip(except, key) } : { all, except, only: flip(only, key) }
}

function flip(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const flipped = new Set(keys)
  if (!flipped.delete(key)) flipped.add(key)
  return flipped
}
