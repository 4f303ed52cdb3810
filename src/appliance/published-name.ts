/** Under which name avahi made this device known in the local network: another one than was meant when somebody there has that already. */
import { execFile } from 'node:child_process'

const limitMs = 5_000

/** Without `.local`; undefined where avahi does not run. */
export function publishedName(): Promise<string | undefined> {
  const question = ['org.freedesktop.Avahi', '/', 'org.freedesktop.Avahi.Server', 'GetHostName']
  return new Promise((resolve) => {
    execFile(
      'busctl',
      ['--system', '--json=short', 'call', ...question],
      { timeout: limitMs },
      (error, printed) => resolve(error === null ? nameOfAnswer(printed) : undefined),
    )
  })
}

/** `{"type":"s","data":["pi-2"]}` */
export function nameOfAnswer(printed: string): string | undefined {
  try {
    const { data } = JSON.parse(printed) as { readonly data?: unknown }
    const name: unknown = Array.isArray(data) ? data[0] : undefined
    return typeof name === 'string' && /^[\w-]{1,63}$/.test(name) ? name : undefined
  } catch {
    return undefined
  }
}
