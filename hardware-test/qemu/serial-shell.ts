/**
 * A root shell of the booted system on a serial line of its own. The system opens it only because the kernel command line of this start says
 * so, which nobody but who starts the machine can write. One command at a time; others wait.
 */
import type { Socket } from 'node:net'
import { createSerial } from '../../src/serial.ts'
import { until } from '../../src/testing/until.ts'
import type { Shell } from '../board.ts'
import { connectTo } from './local-socket.ts'

/** A line that is longer would be cut by the terminal. */
const maxLineBytes = 4000
const defaultLimitSeconds = 60
/** Ctrl and C. */
const interruptKey = '\x03'

export interface SerialShell extends Disposable {
  readonly run: Shell
  /** Resolves when a shell answers. */
  ready(limitSeconds: number): Promise<void>
}

export async function openSerialShell(path: string): Promise<SerialShell> {
  const socket: Socket = await connectTo(path)
  let isClosed = false
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
  })
  socket.setEncoding('utf8')
  let received = ''
  socket.on('data', (text: string) => {
    received += text
  })
  const inTurn = createSerial()
  let count = 0

  /** The mark stands in the command in two pieces, so that an echo of the command is not taken for the end of its output. */
  function mark(): { readonly typed: string; readonly printed: RegExp } {
    count += 1
    return { typed: `echo "=end""ed=${count}=$?="`, printed: new RegExp(`=ended=${count}=(\\d+)=\\r?\\n`) }
  }

  async function exchange(script: string, limitSeconds: number): Promise<string> {
    if (script.split('\n').some((line) => Buffer.byteLength(line) > maxLineBytes))
      throw new Error('a line for the serial shell is too long')
    received = ''
    const { typed, printed } = mark()
    socket.write(`( ${script}\n) 2>&1 </dev/null; ${typed}\n`)
    const look = () => printed.exec(received) ?? (isClosed ? 'closed' : false)
    const end = await until(`the shell answers: ${script}`, look, limitSeconds).catch((error) => {
      // Or the next one would wait for the end of this.
      socket.write(interruptKey)
      throw error
    })
    if (end === 'closed') throw new Error(`the machine went off during: ${script}`)
    const output = received.slice(0, end.index).replaceAll('\r\n', '\n').replace(/\n$/, '')
    if (end[1] !== '0') throw new Error(`the command ended with ${end[1]}: ${script}\n${output}`)
    return output
  }

  return {
    run: (script, limitSeconds = defaultLimitSeconds) => inTurn(() => exchange(script, limitSeconds)),
    async ready(limitSeconds) {
      await until(
        'a shell of the started system answers',
        async () => {
          received = ''
          const { typed, printed } = mark()
          // What is typed before a shell listens is lost, so it is typed again.
          socket.write(`exec sh\n`)
          socket.write(`stty -echo; PS1=; PS2=; ${typed}\n`)
          await until('an answer', () => printed.test(received), 3)
          return true
        },
        limitSeconds,
      )
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}
