/** QEMU's own protocol: commands with their answers, and what it tells by itself. Knows nothing of what the commands mean. */
import { connectTo, onLine } from './local-socket.ts'

export interface Qmp extends Disposable {
  /** Throws with QEMU's own sentence when it refuses. */
  ask<T = unknown>(command: string, args?: object): Promise<T>
  /** Resolves with the data of the next event of this name that `isIt`; ask for it before doing what causes it. */
  event<T = unknown>(name: string, isIt?: (data: T) => boolean, limitSeconds?: number): Promise<T>
}

interface Message {
  readonly id?: number
  readonly return?: unknown
  readonly error?: { readonly class: string; readonly desc: string }
  readonly event?: string
  readonly data?: unknown
}

interface Wait {
  readonly name: string
  readonly isIt: (data: never) => boolean
  readonly resolve: (data: unknown) => void
}

const answerLimitSeconds = 120

export async function openQmp(path: string): Promise<Qmp> {
  const socket = await connectTo(path)
  const answers = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const waits = new Set<Wait>()
  let lastId = 0

  function take(message: Message): void {
    if (message.event !== undefined) {
      for (const wait of waits) {
        if (wait.name !== message.event || !wait.isIt(message.data as never)) continue
        waits.delete(wait)
        wait.resolve(message.data)
      }
      return
    }
    const answer = answers.get(message.id ?? 0)
    answers.delete(message.id ?? 0)
    if (message.error === undefined) answer?.resolve(message.return)
    else answer?.reject(new Error(`QEMU: ${message.error.desc}`))
  }

  const greeting = Promise.withResolvers<void>()
  onLine(socket, (line) => {
    const message = JSON.parse(line)
    if (message.QMP === undefined) take(message)
    else greeting.resolve()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const { reject } of answers.values()) reject(new Error('QEMU has ended'))
  })

  const qmp: Qmp = {
    ask(command, args) {
      lastId += 1
      const id = lastId
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      answers.set(id, { resolve, reject })
      socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`)
      return within(promise, answerLimitSeconds, `QEMU answers ${command}`) as Promise<never>
    },
    event(name, isIt = () => true, limitSeconds = answerLimitSeconds) {
      const { promise, resolve } = Promise.withResolvers<unknown>()
      waits.add({ name, isIt, resolve })
      return within(promise, limitSeconds, `QEMU tells ${name}`) as Promise<never>
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
  await within(greeting.promise, answerLimitSeconds, 'QEMU greets')
  await qmp.ask('qmp_capabilities')
  return qmp
}

async function within<T>(promise: Promise<T>, seconds: number, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`not within ${seconds} s: ${what}`)), seconds * 1000)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
