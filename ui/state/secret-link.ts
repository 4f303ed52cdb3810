/** Links that carry what another device needs to join a folder, as the command line makes them. Must never keep one. */

/** Every reader of a code can still read one with so many addresses and a long name. */
export const maxHosts = 4

interface Shared {
  readonly secret: string
  /** What the folder is called here. */
  readonly name: string
  /** Where to reach this device, as `host:port`. */
  readonly hosts: readonly string[]
}

export function secretLink({ secret, name, hosts }: Shared): string {
  const fields = new URLSearchParams({ secret, name })
  for (const host of hosts) fields.append('host', host)
  return `berrysync://add?${fields}`
}

export interface TypedHosts {
  readonly hosts: readonly string[]
  /** The first that is none. */
  readonly wrong?: string
}

/** Addresses as a person types them one after another. */
export function readHosts(text: string): TypedHosts {
  const typed = text.split(/[\s,;]+/).filter((part) => part !== '')
  const wrong = typed.find((part) => !isHostAndPort(part))
  const hosts = [...new Set(typed.filter(isHostAndPort))].slice(0, maxHosts)
  return wrong === undefined ? { hosts } : { hosts, wrong }
}

function isHostAndPort(text: string): boolean {
  const [, port] = /^(?:\[[0-9a-f:.%\w]+\]|[^\s:/[\]]+):(\d{1,5})$/i.exec(text) ?? []
  return port !== undefined && Number(port) > 0 && Number(port) < 65_536
}

const loopback = /^(?:localhost|127\.|\[::1\])/

/** Where this page reaches the device, with the port where other devices do; none where only the device itself could use it. */
export function ownHost(pageHost: string, listen: string): string | undefined {
  const port = listen.slice(listen.lastIndexOf(':') + 1)
  return pageHost === '' || loopback.test(pageHost) ? undefined : `${pageHost}:${port}`
}
