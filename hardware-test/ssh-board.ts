/** A real board: questions go over SSH as root, and what needs hands is asked of the person at the terminal. Whoever cannot do it answers "no". */
import { execFile } from 'node:child_process'
import { createInterface } from 'node:readline/promises'
import { promisify } from 'node:util'
import { until } from '../src/testing/until.ts'
import { type Board, type Light, NotPossible } from './board.ts'

const execute = promisify(execFile)
const defaultLimitSeconds = 60
/** As the documentation wires them. */
const pins = { ledPin: 17, attentionPin: 22, buttonPin: 27 }

export interface SshBoardOptions {
  /** Name or address of the device. */
  readonly host: string
  /** Of this host, as the device reaches it. */
  readonly hostAddress: string
  readonly scratch: string
}

export function createSshBoard({ host, hostAddress, scratch }: SshBoardOptions): Board {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })

  async function ask(question: string): Promise<string> {
    const answer = (await terminal.question(`>> ${question} `)).trim().toLowerCase()
    if (answer === 'no') throw new NotPossible(`not done: ${question}`)
    return answer
  }

  async function shell(script: string, limitSeconds = defaultLimitSeconds): Promise<string> {
    const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10']
    const { stdout } = await execute('ssh', [...options, `root@${host}`, script], {
      timeout: limitSeconds * 1000,
      maxBuffer: 64 * 1024 ** 2,
    })
    return stdout.replace(/\n$/, '')
  }

  async function askLight(which: string): Promise<Light> {
    const answer = await ask(`The ${which} LED: on, off, slow, fast or double?`)
    const lights: Readonly<Record<string, Light>> = {
      on: { lit: 1, changesPerSecond: 0 },
      off: { lit: 0, changesPerSecond: 0 },
      slow: { lit: 0.5, changesPerSecond: 2 },
      fast: { lit: 0.5, changesPerSecond: 10 },
      double: { lit: 0.15, changesPerSecond: 2 },
    }
    const light = lights[answer]
    if (light === undefined) throw new NotPossible(`"${answer}" is not one of on, off, slow, fast, double`)
    return light
  }

  return {
    ...{ kind: 'board', address: host, hostAddress, scratch, pins, shell },
    async describe() {
      const [model, kernel] = await Promise.all([
        shell("tr -d '\\0' < /proc/device-tree/model"),
        shell('uname -r'),
      ])
      return { kind: 'board', model, kernel }
    },
    async start({ keep = false, bare = false, clock, network = true, presets, disks = [] } = {}) {
      if (clock !== undefined)
        throw new NotPossible('a board has no clock that could be set wrong before it starts')
      if (bare) throw new NotPossible('a board is started only with what is on its card')
      const card = keep ? '' : ' Put in the card, freshly flashed.'
      const lines = [presets, keep ? undefined : 'ssh-key = (your public key)'].filter(
        (line) => line !== undefined,
      )
      const text =
        lines.length === 0
          ? ''
          : ` Put this into berrysync.txt on its first partition first:\n${lines.join('\n')}\n`
      const cable = network ? '' : ' Unplug the network cable.'
      const usb = disks.map(({ what }) => ` Plug in: ${what}.`).join('')
      await ask(
        `Switch the power off.${card}${text}${cable}${usb} Press Enter at the moment you switch it on.`,
      )
      return performance.now()
    },
    // It is the one board there is, and goes on anyway.
    save: async () => undefined,
    resume: async () => performance.now(),
    async waitForLogin() {
      throw new NotPossible('a board is started only with what is on its card')
    },
    async cutPower() {
      await ask('Pull the power plug, and press Enter.')
    },
    async shellReady(limitSeconds) {
      await until(
        'SSH answers (a card lets in whose public key stands as ssh-key in its berrysync.txt)',
        async () => (await shell('echo well')) === 'well',
        limitSeconds,
      )
    },
    async plug({ what }) {
      await ask(`Plug in: ${what}. Press Enter.`)
    },
    async pull({ what }) {
      await ask(`Pull out at once, without ejecting: ${what}. Press Enter.`)
    },
    async holdButton(milliseconds) {
      await ask(`Hold the button for ${milliseconds / 1000} s, let go, and press Enter.`)
    },
    watchLights: async () => ({ status: await askLight('green'), attention: await askLight('amber') }),
    async [Symbol.asyncDispose]() {
      terminal.close()
    },
  }
}
