/** Asks this device itself over a door it has opened, as somebody from outside would. */
import { request as askPlain, type RequestOptions } from 'node:http'
import { request as askEncrypted } from 'node:https'

const limitMs = 20_000

/** Resolves when that door answers with what is no failure of the server. `at` is a socket, or the address of a web page. */
export async function demandAnswer(
  at: { readonly socketPath: string } | { readonly url: string },
  path: string,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const ask = 'url' in at && at.url.startsWith('https:') ? askEncrypted : askPlain
  const where: RequestOptions & { rejectUnauthorized?: boolean } =
    'url' in at
      ? // Whatever it listens at, this machine is among it; its certificate is its own.
        {
          host: '127.0.0.1',
          port: new URL(at.url).port || (at.url.startsWith('https:') ? 443 : 80),
          rejectUnauthorized: false,
        }
      : { socketPath: at.socketPath }
  const asked = ask({ ...where, path, timeout: limitMs, headers: { host: 'localhost' } }, (answer) => {
    answer.resume()
    const { statusCode = 500 } = answer
    if (statusCode < 500) answer.once('end', resolve)
    else reject(new Error(`it answers ${path} with ${statusCode}`))
  })
  asked.once('timeout', () => asked.destroy(new Error(`it does not answer ${path}`)))
  asked.once('error', reject)
  asked.end()
  await promise
}
