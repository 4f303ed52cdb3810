/** Asks on the terminal for something that nobody should read over a shoulder: what is typed is not shown. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Undefined when nobody is asked, because input or error output is no terminal. Ctrl-C ends the program as it always does. */
export async function askHidden(question: string): Promise<string | undefined> {
  const { stdin, stderr } = process
  if (!stdin.isTTY || !stderr.isTTY) return undefined
  stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 })
  const { promise, resolve } = Promise.withResolvers<string>()
  reader.once('line', resolve)
  reader.once('SIGINT', () => {
    reader.close()
    stderr.write('\n')
    process.kill(process.pid, 'SIGINT')
  })
  // The end of the input (Ctrl-D) is an empty answer.
  reader.once('close', () => resolve(''))
  const answer = await promise
  reader.close()
  stderr.write('\n')
  return answer
}
