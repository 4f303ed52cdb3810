/** What a case may ask of the computer under test, be it emulated or on a desk. Nothing here knows which of the two it is. */

/** Runs a script of the system's own shell as root and returns what it printed; throws when it fails. */
export type Shell = (script: string, limitSeconds?: number) => Promise<string>
