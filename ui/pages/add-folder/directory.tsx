/** The second step: which directory of the device it is. Only what lies below allowed roots is ever shown. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Directories, DirectoryMade } from '../../../src/api/schemas/directories.ts'
import type { Added, SecretKind } from '../../../src/api/schemas/folders.ts'
import { api } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { TextField } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { useAction } from '../../parts/use-action.ts'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { VirtualList } from '../../parts/virtual-list.tsx'
import { crumbsOf, directoryNameFrom, obstacleKey } from '../../state/directory-words.ts'
import { folderName } from '../../state/folder-words.ts'
import { formatBytes } from '../../text/format.ts'
import { t } from '../../text/translate.ts'
import { WhatItIs } from './join.tsx'

const rowHeight = 60

export function DirectoryStep({
  given,
  onAdded,
}: {
  readonly given: SecretKind | undefined
  readonly onAdded: (added: Added) => void
}) {
  const [path, setPath] = useState<string | undefined>(undefined)
  const [roots, setRoots] = useState<readonly string[]>([])
  const loading = useLoaded(path ?? '', (signal) =>
    api.get<Directories>('/api/directories', { path }, signal),
  )
  const { loaded } = loading
  useEffect(() => {
    if (loaded.state !== 'ready' || loaded.value.path !== undefined) return
    const [only, ...others] = loaded.value.directories
    setRoots(loaded.value.directories.map((root) => root.path))
    // Where there is no choice nobody has to make it.
    if (only !== undefined && others.length === 0 && only.freeBytes !== undefined) setPath(only.path)
  }, [loaded])
  const { run, isBusy, fault } = useAction(async (chosen: string) => {
    const secret = given && { secret: given.secret, hosts: given.hosts }
    onAdded(await api.post<Added>('/api/folders', { path: chosen, ...secret }))
  })
  return (
    <>
      {given && <WhatItIs kind={given} />}
      <section class="chooser card" aria-label={t('directory-chooser')}>
        <Crumbs path={path} roots={roots} onGo={setPath} />
        <Show loading={loading}>
          {(list) => (
            <>
              <Rows list={list} onGo={setPath} />
              {list.path !== undefined && (
                <Chosen
                  {...{ list, path: list.path, given, isBusy, fault }}
                  onGo={setPath}
                  onChoose={() => run(list.path!)}
                />
              )}
            </>
          )}
        </Show>
      </section>
    </>
  )
}

function Crumbs({
  path,
  roots,
  onGo,
}: {
  readonly path: string | undefined
  readonly roots: readonly string[]
  readonly onGo: (path: string | undefined) => void
}) {
  const crumbs = path === undefined ? [] : crumbsOf(path, roots)
  const last = crumbs.length - 1
  const way = useRef<HTMLElement>(null)
  // Where one is counts more than where one began.
  useEffect(() => way.current?.scrollTo(way.current.scrollWidth, 0), [path])
  return (
    <nav ref={way} class="crumbs" aria-label={t('directory-way')}>
      <ol>
        {roots.length !== 1 && (
          <li>
            <button
              type="button"
              aria-current={path === undefined ? 'location' : undefined}
              onClick={() => onGo(undefined)}
            >
              <Icon name="device" />
              {t('devices-this')}
            </button>
          </li>
        )}
        {crumbs.map((crumb, at) => (
          <li key={crumb.path}>
            <button
              type="button"
              aria-current={at === last ? 'location' : undefined}
              onClick={() => onGo(crumb.path)}
            >
              {crumb.name}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}

function Rows({ list, onGo }: { readonly list: Directories; readonly onGo: (path: string) => void }) {
  const { directories, path, more } = list
  if (directories.length === 0)
    return (
      <p class="chooser-empty muted">{t(path === undefined ? 'directory-no-roots' : 'directory-empty')}</p>
    )
  return (
    <>
      <VirtualList
        label={t('preferences-directories')}
        count={directories.length}
        rowHeight={rowHeight}
        keyOf={(at) => directories[at]!.path}
        row={(at) => {
          const directory = directories[at]!
          return (
            <button type="button" class="row" onClick={() => onGo(directory.path)}>
              <Icon name={path === undefined ? 'archive' : 'folder'} />
              <span class="row-text">
                <strong>{directory.name}</strong>
                <DirectoryAbout directory={directory} />
              </span>
              <Icon name="right" />
            </button>
          )
        }}
      />
      {more && <p class="chooser-empty muted">{t('directory-more', { count: directories.length })}</p>}
    </>
  )
}

function DirectoryAbout({ directory }: { readonly directory: Directories['directories'][number] }) {
  const { obstacle, freeBytes, totalBytes } = directory
  if (freeBytes !== undefined && totalBytes !== undefined)
    return (
      <span class="about">
        {t('directory-free', { free: formatBytes(freeBytes), total: formatBytes(totalBytes) })}
      </span>
    )
  return obstacle === undefined ? null : <span class="about">{t(obstacleKey(obstacle))}</span>
}

/** The directory one is in, and what to do with it. */
function Chosen({
  list: { obstacle, freeBytes, totalBytes },
  path,
  given,
  isBusy,
  fault,
  onGo,
  onChoose,
}: {
  readonly list: Directories
  readonly path: string
  readonly given: SecretKind | undefined
  readonly isBusy: boolean
  readonly fault: string | undefined
  readonly onGo: (path: string) => void
  readonly onChoose: () => void
}) {
  const [isMaking, setMaking] = useState(false)
  const proposed = directoryNameFrom(given?.name)
  return (
    <footer class="chooser-foot">
      {fault !== undefined && (
        <div role="alert">
          <Callout tone="problem">{fault}</Callout>
        </div>
      )}
      <div class="chooser-state">
        <strong class="chooser-name">{folderName(path)}</strong>
        <span class="about">
          {obstacle !== undefined
            ? t(obstacleKey(obstacle))
            : freeBytes !== undefined && totalBytes !== undefined
              ? t('directory-free', { free: formatBytes(freeBytes), total: formatBytes(totalBytes) })
              : ''}
        </span>
      </div>
      <div class="form-actions">
        <Button onClick={() => setMaking(true)}>{t('directory-new')}</Button>
        <Button look="primary" isBusy={isBusy} disabled={obstacle !== undefined} onClick={onChoose}>
          {t('directory-use')}
        </Button>
      </div>
      {isMaking && (
        <NewDirectory
          parent={path}
          proposed={proposed}
          onMade={(made) => {
            setMaking(false)
            onGo(made)
          }}
          onClose={() => setMaking(false)}
        />
      )}
    </footer>
  )
}

function NewDirectory({
  parent,
  proposed,
  onMade,
  onClose,
}: {
  readonly parent: string
  readonly proposed: string
  readonly onMade: (path: string) => void
  readonly onClose: () => void
}) {
  const [name, setName] = useState(proposed)
  const { run, isBusy, fault } = useAction(async () => {
    onMade((await api.post<DirectoryMade>('/api/directories', { parent, name })).path)
  })
  return (
    <Dialog title={t('directory-new')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') run()
        }}
      >
        <TextField
          label={t('directory-name')}
          about={t('directory-name-about', { parent })}
          fault={fault}
          value={name}
          onInput={setName}
          maxLength={255}
          autocomplete="off"
          autofocus
        />
        <div class="form-actions">
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" isBusy={isBusy} disabled={name.trim() === ''}>
            {t('directory-make')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
