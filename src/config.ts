/**
 * The only reader of the environment and of configuration files. Owns `config.json` of the state directory, in which the
 * device's settings, folders and secrets outlive the daemon, and reads the file given with `--config`, which has the same form.
 * Only what a person set is written down, so that better defaults of a later version reach everybody else.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { ed25519KeyBytes } from './core/ed25519.ts'
import { reasonOf, SyncError } from './core/errors.ts'
import { type PasswordHash, parsePasswordHash, passwordHashToText } from './core/password.ts'
import {
  type FolderSecret,
  folderKeys,
  type GuestPass,
  guestPass,
  type OneTimeSecret,
  parseSecret,
  readKeyBytes,
  secretToText,
} from './core/secret.ts'
import { statementIdOf, verifyStatement } from './core/statement.ts'
import { onPath } from './disk/disk-error.ts'
import { replaceFile } from './durable-file.ts'
import type { FolderSettings } from './engine/settings.ts'
import { createSerial } from './serial.ts'
import { type DeviceSettings, folderSettingTable, type SettingTable } from './setting-table.ts'
import { settingsFromJson } from './setting-values.ts'
import { decodeStatement } from './wire/statement-body.ts'

/** The disk of an appliance that a folder is on. */
export interface FolderDisk {
  /** Of its file system; a few have none. */
  readonly uuid?: string
  /** What it was called last. */
  readonly name: string
  /** Where the folder's database lies: never guessed, once it is somewhere. */
  readonly database: 'disk' | 'device'
}

export interface FolderEntry {
  /** Absolute, without symbolic links. */
  readonly path: string
  /** A one-time secret has not been redeemed yet. */
  readonly secret: FolderSecret | OneTimeSecret
  /** What it had before its secret was changed, the oldest first. */
  readonly former?: readonly FolderSecret[]
  /** Only what was set. */
  readonly set: Partial<FolderSettings>
  /** Its directory has not been taken for it yet: it was added just now, or that was broken off. */
  readonly isNew?: boolean
  /** It was chosen in a browser: only what lies below an allowed root may be taken. Told only as long as it is new. */
  readonly isFromWeb?: boolean
  /** It came from a backup, which may be old: only an empty directory may be taken. Told only as long as it is new. */
  readonly isRestored?: boolean
  /** None for a folder that is on no disk of an appliance. */
  readonly disk?: FolderDisk
}

export interface Config {
  /** Only what was set. */
  readonly device: Partial<DeviceSettings>
  readonly folders: readonly FolderEntry[]
  /** Of the web interface; there is none before somebody chose one. */
  readonly password?: PasswordHash
}

/** What a file given with `--config` asks for. A folder without a secret is a new one. */
export interface Setup {
  readonly device: Partial<DeviceSettings>
  readonly folders: readonly SetupFolder[]
}

interface SetupFolder {
  readonly path: string
  readonly secret: FolderSecret | OneTimeSecret | undefined
  readonly set: Partial<FolderSettings>
}

/** Thousands of folders fit; what is larger is not a configuration. */
const maxConfigBytes = 4 * 1024 ** 2
const configName = 'config.json'

// ---- environment --------------------------------------------------------------------------------------------------------

export interface Environment {
  /** Where the state lies when `--home` does not say. */
  readonly defaultHome: string
  /** `$BERRYSYNC_LOG`. */
  readonly logLevel: string | undefined
  /** `$NO_COLOR` is set. */
  readonly plain: boolean
  /** `$BERRYSYNC_APPLIANCE_ROOT`, for tests: stands for `/` where an appliance looks for its disks and its helper. */
  readonly applianceRoot: string | undefined
  /** A service manager wants to be told how the daemon does; `patienceMs` is how long it waits for a sign of life, where it does. */
  readonly manager: { readonly patienceMs: number | undefined } | undefined
}

export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  // systemd gives several directories separated by colons when a unit asks for several.
  const ofUnit = variables.STATE_DIRECTORY?.split(':')[0]
  const xdg = variables.XDG_STATE_HOME
  const ofUser = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'state')
  return {
    defaultHome: ofUnit !== undefined && ofUnit !== '' ? ofUnit : join(ofUser, 'berrysync'),
    logLevel: variables.BERRYSYNC_LOG === '' ? undefined : variables.BERRYSYNC_LOG,
    plain: variables.NO_COLOR !== undefined && variables.NO_COLOR !== '',
    applianceRoot: variables.BERRYSYNC_APPLIANCE_ROOT === '' ? undefined : variables.BERRYSYNC_APPLIANCE_ROOT,
    manager:
      variables.NOTIFY_SOCKET === undefined || variables.NOTIFY_SOCKET === ''
        ? undefined
        : { patienceMs: patienceOf(variables.WATCHDOG_USEC) },
  }
}

function patienceOf(microseconds = ''): number | undefined {
  return /^[1-9]\d{0,15}$/.test(microseconds) ? Number(microseconds) / 1000 : undefined
}

// ---- reading ------------------------------------------------------------------------------------------------------------

/** An empty state when there is none yet. A damaged file is never touched. */
async function loadConfig(home: string, deviceTable: SettingTable<DeviceSettings>): Promise<Config> {
  const file = join(home, configName)
  const text = await readText(file)
  return text === undefined ? { device: {}, folders: [] } : parseConfigText(file, text, deviceTable)
}

/** What `configToText` wrote. `file` names it in the error. Throws `config-damaged`. */
export function parseConfigText(
  file: string,
  text: string,
  deviceTable: SettingTable<DeviceSettings>,
): Config {
  const { webPassword, ...json } = objectOf(file, 'the file', parseJson(file, text))
  const config = parseConfig(file, json, deviceTable, parseEntry)
  return webPassword === undefined ? config : { ...config, password: parsePassword(file, webPassword) }
}

/** One that cannot be read must not count as none: then anybody could choose a new one. */
function parsePassword(file: string, json: unknown): PasswordHash {
  const password = typeof json === 'string' ? parsePasswordHash(json) : undefined
  if (password === undefined)
    throw damaged(
      file,
      '"webPassword" is not what is kept of a password; without it you can choose a new one',
    )
  return password
}

/** A file given with `--config`; relative paths in it start at its own directory. Throws `config-damaged`. */
export async function readSetup(file: string, deviceTable: SettingTable<DeviceSettings>): Promise<Setup> {
  const text = await readText(file)
  if (text === undefined) throw damaged(file, 'it does not exist')
  return parseConfig(file, objectOf(file, 'the file', parseJson(file, text)), deviceTable, parseSetupFolder)
}

async function readText(file: string): Promise<string | undefined> {
  let handle: FileHandle
  try {
    handle = await open(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw damaged(file, reasonOf(error))
  }
  try {
    const { size } = await handle.stat()
    if (size > maxConfigBytes) throw damaged(file, `it is larger than ${maxConfigBytes} bytes`)
    return await handle.readFile('utf8')
  } catch (error) {
    throw error instanceof SyncError ? error : damaged(file, reasonOf(error))
  } finally {
    await handle.close()
  }
}

function parseConfig<F extends SetupFolder>(
  file: string,
  json: Record<string, unknown>,
  deviceTable: SettingTable<DeviceSettings>,
  parseFolder: (file: string, place: string, json: Record<string, unknown>) => F,
): { readonly device: Partial<DeviceSettings>; readonly folders: readonly F[] } {
  const { folders: listed = [], ...device } = json
  if (!Array.isArray(listed)) throw damaged(file, '"folders" is not a list')
  const folders = listed.map((json: unknown, at) => {
    const place = `folders[${at}]`
    return parseFolder(file, place, objectOf(file, place, json))
  })
  const paths = folders.map(({ path }) => path)
  const twice = paths.find((path, at) => paths.indexOf(path) !== at)
  if (twice !== undefined) throw damaged(file, `the folder ${twice} stands in it twice`)
  return { device: within(file, '', () => settingsFromJson(deviceTable, device)), folders }
}

function parseSetupFolder(file: string, place: string, json: Record<string, unknown>): SetupFolder {
  const { path, secret, ...set } = json
  if (typeof path !== 'string' || path === '') throw damaged(file, `${place} has no "path"`)
  return {
    path: resolve(dirname(file), path),
    secret: parseKept(file, `${place} (${path})`, { secret }),
    set: within(file, `${place} (${path}): `, () => settingsFromJson(folderSettingTable, set)),
  }
}

/** As `saveConfig` wrote it. */
function parseEntry(file: string, place: string, json: Record<string, unknown>): FolderEntry {
  const { guest, former, new: isNew, disk, ...typed } = json
  const folder = parseSetupFolder(file, place, typed)
  const named = `${place} (${folder.path})`
  const secret = guest === undefined ? folder.secret : parsePass(file, named, guest)
  if (secret === undefined) throw damaged(file, `the folder ${folder.path} has no secret`)
  return {
    ...folder,
    secret,
    ...(former === undefined ? {} : { former: parseFormer(file, named, former) }),
    ...newFromJson(isNew),
    ...(disk === undefined ? {} : { disk: parseDisk(file, named, disk) }),
  }
}

/** An older release that does not know a word takes the folder for one that has its directory, and takes none. */
function newFromJson(json: unknown): Pick<FolderEntry, 'isNew' | 'isFromWeb' | 'isRestored'> {
  switch (json) {
    case true:
      return { isNew: true }
    case 'web':
      return { isNew: true, isFromWeb: true }
    case 'restored':
      return { isNew: true, isRestored: true }
    case 'restored-web':
      return { isNew: true, isFromWeb: true, isRestored: true }
    default:
      return {}
  }
}

function newToJson({ isNew, isFromWeb, isRestored }: FolderEntry): { readonly new?: true | string } {
  if (isNew !== true) return {}
  const words = [isRestored === true ? 'restored' : '', isFromWeb === true ? 'web' : '']
  return { new: words.filter((word) => word !== '').join('-') || true }
}

function parseDisk(file: string, place: string, json: unknown): FolderDisk {
  const { uuid, name, database } = objectOf(file, `${place}: "disk"`, json)
  const isKnown = uuid === undefined || typeof uuid === 'string'
  if (!isKnown || typeof name !== 'string' || (database !== 'disk' && database !== 'device'))
    throw damaged(file, `${place}: "disk" does not say which disk that is`)
  return { ...(uuid === undefined ? {} : { uuid }), name, database }
}

/** What opens a folder, as it is kept. */
function parseKept(
  file: string,
  place: string,
  { secret, guest }: Readonly<Record<string, unknown>>,
): FolderEntry['secret'] | undefined {
  if (guest !== undefined) return parsePass(file, place, guest)
  if (secret === undefined) return undefined
  if (typeof secret !== 'string') throw damaged(file, `${place}: "secret" is not a text`)
  return within(file, `${place}: `, () => parseSecret(secret))
}

function parseFormer(file: string, place: string, json: unknown): FolderSecret[] {
  if (!Array.isArray(json)) throw damaged(file, `${place}: "former" is not a list`)
  return json.map((each: unknown) => {
    const kept = parseKept(file, place, objectOf(file, `${place}: "former"`, each))
    if (kept === undefined || kept.kind === 'one-time')
      throw damaged(file, `${place}: "former" holds what opens no folder`)
    return kept
  })
}

/** A guest's pass has no text that could be passed on; this is how it is kept. */
interface PassJson {
  readonly readKey: string
  readonly writerPublicKey: string
  readonly certificate: string
  readonly signature: string
}

function passToJson({ readKey, writerPublicKey, certificate }: GuestPass): PassJson {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  return {
    readKey: text(readKey.reveal()),
    writerPublicKey: text(writerPublicKey),
    certificate: text(certificate.body),
    signature: text(certificate.signature),
  }
}

function parsePass(file: string, place: string, json: unknown): GuestPass {
  const fields = objectOf(file, `${place}: "guest"`, json)
  const bytesOf = (name: keyof PassJson): Buffer => {
    const text = fields[name]
    if (typeof text !== 'string') throw damaged(file, `${place}: "guest" has no "${name}"`)
    return Buffer.from(text, 'base64url')
  }
  const body = bytesOf('certificate')
  const statement = decodeStatement(body)
  const [readKey, writerPublicKey] = [bytesOf('readKey'), bytesOf('writerPublicKey')]
  if (
    statement?.kind !== 'certificate' ||
    readKey.length !== readKeyBytes ||
    writerPublicKey.length !== ed25519KeyBytes
  )
    throw damaged(file, `${place}: "guest" is not what was granted`)
  const certificate = { id: statementIdOf(body), statement, body, signature: bytesOf('signature') }
  const pass = guestPass(readKey, writerPublicKey, certificate)
  if (!verifyStatement(certificate, folderKeys(pass).folderId, writerPublicKey))
    throw damaged(file, `${place}: the certificate of "guest" is not signed by the folder`)
  return pass
}

/** The parser's own message quotes the text around the mistake, and that may be a secret: only the place is passed on. */
function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const place = /\(line \d+ column \d+\)/.exec(reasonOf(error))?.[0] ?? ''
    throw damaged(file, `it is not valid JSON ${place}`.trim())
  }
}

function objectOf(file: string, place: string, json: unknown): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw damaged(file, `${place} is not an object`)
  return json as Record<string, unknown>
}

/** Says in which file, and where in it, a value is wrong. */
function within<T>(file: string, place: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    throw damaged(file, place + error.message.replace(/\.$/, ''))
  }
}

function damaged(file: string, reason: string): SyncError {
  return new SyncError('config-damaged', { file, reason })
}

// ---- keeping ------------------------------------------------------------------------------------------------------------

/** The state of a device, in memory and on disk. */
export interface ConfigKeeper {
  current(): Config
  /** Replaces the state by what `change` makes of the present one; resolves once that is on disk. Throws `disk-full` and the like. */
  change(change: (config: Config) => Config): Promise<void>
}

/** Reads the state of a device and keeps it. Throws `config-damaged`. */
export async function openConfig(
  home: string,
  deviceTable: SettingTable<DeviceSettings>,
): Promise<ConfigKeeper> {
  let config = await loadConfig(home, deviceTable)
  const serially = createSerial()
  return {
    current: () => config,
    change: (change) =>
      serially(async () => {
        const next = change(config)
        await saveConfig(home, next)
        config = next
      }),
  }
}

function keptToJson(
  secret: FolderEntry['secret'],
): { readonly guest: PassJson } | { readonly secret: string } {
  return secret.kind === 'guest' ? { guest: passToJson(secret) } : { secret: secretToText(secret) }
}

async function saveConfig(home: string, config: Config): Promise<void> {
  await onPath(home, 'write', () => replaceFile(join(home, configName), configToText(config)))
}

export function configToText(config: Config): string {
  const folders = config.folders.map((entry) => {
    const { path, secret, former, set, disk } = entry
    return {
      path,
      ...keptToJson(secret),
      ...(former === undefined ? {} : { former: former.map(keptToJson) }),
      ...newToJson(entry),
      ...(disk === undefined ? {} : { disk }),
      ...set,
    }
  })
  const password = config.password === undefined ? {} : { webPassword: passwordHashToText(config.password) }
  return `${JSON.stringify({ ...config.device, ...password, folders }, undefined, 2)}\n`
}
