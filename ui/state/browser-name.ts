/** What a browser that tells its name is called by people. Every browser claims to be several, so the rarer names are looked for first. */

const browsers = [
  ['Firefox', /Firefox\/|FxiOS\//],
  ['Edge', /Edg(?:e|A|iOS)?\//],
  ['Opera', /OPR\//],
  ['Samsung Internet', /SamsungBrowser\//],
  ['Chrome', /Chrome\/|CriOS\//],
  ['Safari', /Safari\//],
] as const

const systems = [
  ['Android', /Android/],
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Windows', /Windows/],
  ['macOS', /Macintosh/],
  ['ChromeOS', /CrOS/],
  ['Linux', /Linux/],
] as const

export interface BrowserName {
  readonly browser?: string
  readonly system?: string
}

export function nameBrowser(agent: string): BrowserName {
  const browser = browsers.find(([, pattern]) => pattern.test(agent))?.[0]
  const system = systems.find(([, pattern]) => pattern.test(agent))?.[0]
  return { ...(browser === undefined ? {} : { browser }), ...(system === undefined ? {} : { system }) }
}
