/**
 * One emulated computer: QEMU started, steered and ended by its process id. Its disks are given by whoever starts it; what the system on them
 * is, this module does not know. Every wait has a limit, and disposing ends the process whatever state it is in.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../../src/testing/until.ts'
import type { Shell } from '../board.ts'
import { openQmp, type Qmp } from './qmp.ts'
import { openSerialShell, type SerialShell } from './serial-shell.ts'
import { openWires, type Wires } from './wires.ts'

/** Where a disk's bytes are, as QEMU's block layer takes it: `{ driver: 'qcow2', file: { driver: 'file', filename } }`. */
export type BlockSource = Readonly<Record<string, unknown>>

export interface UsbDisk {
  readonly id: string
  readonly source: BlockSource
  /** What the disk says of itself. */
  readonly serial?: string
}

export interface MachineOptions {
  /** The program. */
  readonly qemu: string
  /** For sockets and the console; has to exist. */
  readonly directory: string
  readonly kernel: string
  readonly initrd: string
  /** Kernel command line without the root shell. */
  readonly append: string
  readonly system: BlockSource
  /** Plugged in when the power comes. */
  readonly usb?: readonly UsbDisk[]
  /** Name of a tap interface; without one no network card is in the machine. */
  readonly tap?: string
  /** UTC, without `Z`; default: now. */
  readonly clock?: string
  /** A state that `saveTo` wrote; the machine goes on there. The disks have to be as they were. */
  readonly incoming?: string
  readonly memoryMiB?: number
}

export interface Machine extends AsyncDisposable {
  readonly pid: number
  /** When the power came, by `performance.now`. */
  readonly startedMs: number
  readonly qmp: Qmp
  readonly wires: Wires
  /** A root shell; there is one as soon as the system has got so far. */
  readonly shell: Shell
  shellReady(limitSeconds: number): Promise<void>
  /** All that came over the serial console. */
  console(): Promise<string>
  /** Waits until the console shows this, and returns what it was. */
  expect(pattern: RegExp, limitSeconds: number): Promise<string>
  plug(disk: UsbDisk): Promise<void>
  /** Resolves when the machine has noticed. */
  pull(id: string): Promise<void>
  setLink(isUp: boolean): Promise<void>
  /** Stops it and writes its state without the disks; afterwards it can only be cut. */
  saveTo(file: string): Promise<void>
  /** The plug is pulled. */
  cut(): Promise<void>
  /** Whether the process is gone, because the system switched the power off or because of `cut`. */
  isOff(): boolean
}

/** As in a board with little memory to spare for what is not needed. */
const defaultMemoryMiB = 1024
/** Its own, so that the segment gives it a known address. */
export const macAddress = '52:54:00:62:65:72'
/** The line that the system's root shell is on: the first 8250 port. */
const shellArgument = 'systemd.debug_shell=ttyS0'
const endLimitSeconds = 20

export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { directory, tap, usb = [] } = options
  const [qmpPath, testPath, shellPath] = ['qmp', 'test', 'shell'].map((name) =>
    join(directory, `${name}.sock`),
  )
  const consoleFile = join(directory, 'console.log')
  const args = [
    ...['-M', 'virt', '-cpu', 'cortex-a72', '-accel', 'tcg,thread=multi', '-smp', '2'],
    ...['-m', String(options.memoryMiB ?? defaultMemoryMiB), '-nodefaults', '-display', 'none'],
    ...[
      '-kernel',
      options.kernel,
      '-initrd',
      options.initrd,
      '-append',
      `${options.append} ${shellArgument}`,
    ],
    ...['-rtc', `base=${options.clock ?? 'utc'},clock=host`],
    ...['-qmp', `unix:${qmpPath},server=on,wait=off`],
    ...['-qtest', `unix:${testPath},server=on,wait=off`, '-qtest-log', 'none'],
    ...['-chardev', `file,id=console,path=${consoleFile}`, '-serial', 'chardev:console'],
    ...[
      '-chardev',
      `socket,id=shell,path=${shellPath},server=on,wait=off`,
      '-device',
      'pci-serial,chardev=shell',
    ],
    ...['-device', 'virtio-rng-pci'],
    ...['-blockdev', JSON.stringify({ 'node-name': 'system', ...options.system })],
    ...['-device', 'virtio-blk-pci,drive=system'],
    ...(tap === undefined
      ? []
      : [
          '-netdev',
          `tap,id=net,ifname=${tap},script=no,downscript=no`,
          '-device',
          `virtio-net-pci,id=card,netdev=net,mac=${macAddress},romfile=`,
        ]),
    ...['-device', 'qemu-xhci,id=usb'],
    ...usb.flatMap(({ source, ...disk }) => [
      ...['-blockdev', JSON.stringify({ 'node-name': disk.id, ...source })],
      ...['-device', JSON.stringify(usbDevice(disk))],
    ]),
    ...(options.incoming === undefined ? [] : ['-incoming', `exec:cat ${options.incoming}`]),
  ]
  await using made = new AsyncDisposableStack()
  const startedMs = performance.now()
  const child = spawn(options.qemu, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const complaint = collect(child)
  let isOff = false
  const exited = once(child, 'exit').then(() => {
    isOff = true
  })
  made.defer(() => end(child, exited))
  const died = exited.then(() => {
    throw new Error(`QEMU ended while it was started: ${complaint()}`)
  })
  died.catch(() => undefined)
  const open = async () => {
    const qmp = made.use(await openQmp(qmpPath!))
    return {
      qmp,
      wires: made.use(await openWires(testPath!, qmp)),
      serial: made.use(await openSerialShell(shellPath!)),
    }
  }
  const { qmp, wires, serial }: { qmp: Qmp; wires: Wires; serial: SerialShell } = await Promise.race([
    open(),
    died,
  ])
  if (options.incoming !== undefined) await resume(qmp)

  const readConsole = () => readFile(consoleFile, 'utf8').catch(() => '')
  const owned = made.move()
  return {
    ...{ pid: child.pid!, startedMs, qmp, wires, shell: serial.run, console: readConsole },
    shellReady: (limitSeconds) => serial.ready(limitSeconds),
    async expect(pattern, limitSeconds) {
      const found = await until(
        `the console shows ${pattern}`,
        async () => pattern.exec(await readConsole())?.[0] ?? (isOff ? 'off' : false),
        limitSeconds,
      )
      if (found === 'off') throw new Error(`the machine went off before its console showed ${pattern}`)
      return found
    },
    async plug({ source, ...disk }) {
      await qmp.ask('blockdev-add', { 'node-name': disk.id, ...source })
      await qmp.ask('device_add', usbDevice(disk))
    },
    async pull(id) {
      const gone = qmp.event<{ device?: string }>('DEVICE_DELETED', ({ device }) => device === id)
      await qmp.ask('device_del', { id })
      await gone
      await until('the disk is let go', async () => {
        await qmp.ask('blockdev-del', { 'node-name': id })
        return true
      })
    },
    async setLink(isUp) {
      await qmp.ask('set_link', { name: 'net', up: isUp })
    },
    async saveTo(file) {
      await qmp.ask('stop')
      // As fast as it can: the default keeps a network free.
      await qmp.ask('migrate-set-parameters', { 'max-bandwidth': 4 * 1024 ** 3 })
      await qmp.ask('migrate', { uri: `exec:cat > ${file}` })
      await until(
        'the state is written',
        async () => {
          const { status } = await qmp.ask<{ status: string }>('query-migrate')
          if (status === 'failed') throw new Error('the state could not be written')
          return status === 'completed'
        },
        120,
      )
    },
    cut: () => end(child, exited),
    isOff: () => isOff,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function usbDevice({ id, serial }: Omit<UsbDisk, 'source'>) {
  return { driver: 'usb-storage', id, drive: id, bus: 'usb.0', ...(serial === undefined ? {} : { serial }) }
}

async function resume(qmp: Qmp): Promise<void> {
  await until(
    'the state is read',
    async () => (await qmp.ask<{ status: string }>('query-status')).status !== 'inmigrate',
    120,
  )
  await qmp.ask('cont')
}

/** The last of what it wrote to standard error. */
function collect(child: ChildProcess): () => string {
  let text = ''
  child.stderr!.on('data', (chunk) => {
    text = `${text}${chunk}`.slice(-4000)
  })
  return () => text
}

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGKILL')
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`QEMU ${child.pid} does not end`)), endLimitSeconds * 1000)
  try {
    await Promise.race([exited, late])
  } finally {
    clearTimeout(timer)
  }
}
