/**
 * The lines of the emulated machine's GPIO chip (a PL061), touched from outside as a finger and an eye would: through QEMU's test socket. Lines are
 * numbered 0 to 7; line 3 is the power key.
 */
import { connectTo, onLine } from './local-socket.ts'
import type { Qmp } from './qmp.ts'

export interface Wires extends Disposable {
  /** What somebody outside puts on a line. */
  set(line: number, level: 0 | 1): Promise<void>
  /** All lines, bit by bit. */
  read(): Promise<number>
}

/** The data register with all lines unmasked. */
const dataRegister = '0x090303fc'

export async function openWires(path: string, qmp: Qmp): Promise<Wires> {
  const chip = await findChip(qmp)
  const socket = await connectTo(path)
  socket.on('error', () => undefined)
  const waiting: ((line: string) => void)[] = []
  onLine(socket, (line) => {
    // Lines that begin otherwise tell of interrupts.
    if (/^(OK|FAIL|ERR)/.test(line)) waiting.shift()?.(line)
  })

  async function ask(command: string): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>()
    waiting.push(resolve)
    socket.write(`${command}\n`)
    const answer = await promise
    if (!answer.startsWith('OK')) throw new Error(`${command}: ${answer}`)
    return answer.slice(2).trim()
  }

  return {
    async set(line, level) {
      await ask(`set_irq_in ${chip} unnamed-gpio-in ${line} ${level}`)
    },
    read: async () => Number(await ask(`readl ${dataRegister}`)),
    [Symbol.dispose]: () => socket.destroy(),
  }
}

/** Its number among the nameless devices differs between versions of QEMU. */
async function findChip(qmp: Qmp): Promise<string> {
  const parent = '/machine/unattached'
  const devices = await qmp.ask<{ name: string; type: string }[]>('qom-list', { path: parent })
  const found = devices.find(({ type }) => type === 'child<pl061>')
  if (found === undefined) throw new Error('this machine has no GPIO chip')
  return `${parent}/${found.name}`
}
