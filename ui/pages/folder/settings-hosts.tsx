/** Addresses that a folder connects to without looking for anybody, and how it goes with each. */
import { useState } from 'preact/hooks'
import type { Hosts } from '../../../src/api/schemas/folders.ts'
import type { FolderStatusBody } from '../../../src/api/schemas/status.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { Badge } from '../../parts/callout.tsx'
import { TextField } from '../../parts/field.tsx'
import { Section } from '../../parts/page.tsx'
import { doAndTell, useAction } from '../../parts/use-action.ts'
import type { Tone } from '../../state/folder-words.ts'
import { errorText, t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'

type Route = FolderStatusBody['routes'][number]

const tones: Readonly<Record<Route['state'], Tone>> = {
  connected: 'ok',
  trying: 'busy',
  waiting: 'waiting',
  'given-up': 'problem',
}

export function HostsSection({ folder }: FolderTabProps) {
  const { id, hosts, routes } = folder
  return (
    <Section title={t('folder-setting-hosts')} about={t('hosts-about')}>
      {hosts.length === 0 ? (
        <p class="muted">{t('hosts-none')}</p>
      ) : (
        <ul class="rows" aria-label={t('folder-setting-hosts')}>
          {hosts.map((host) => (
            <Host
              key={host}
              {...{ id, host }}
              route={routes.find(({ source, target }) => source === 'host' && target === host)}
            />
          ))}
        </ul>
      )}
      <AddHost id={id} />
    </Section>
  )
}

function Host({
  id,
  host,
  route,
}: {
  readonly id: string
  readonly host: string
  readonly route: Route | undefined
}) {
  function remove(): Promise<void> {
    const address = folderAddress(id, `/hosts/${encodeURIComponent(host)}`)
    return doAndTell(() => api.remove<Hosts>(address), t('host-was-removed', { host }))
  }
  return (
    <li class="row host">
      <div class="host-text">
        <span class="code">{host}</span>
        {route && <Badge tone={tones[route.state]}>{t(`host-${route.state}`)}</Badge>}
        {route !== undefined && route.state !== 'connected' && <Result route={route} />}
      </div>
      <IconButton icon="trash" label={t('host-remove', { host })} onClick={remove} />
    </li>
  )
}

/** How the last try ended: in few words where the daemon's are for experts. */
function Result({ route: { lastResult, target } }: { readonly route: Route }) {
  if (lastResult === undefined) return null
  const { code, message } = lastResult
  return (
    <span class="about">
      {code === 'unreachable' || code === 'handshake-failed'
        ? t(`host-result-${code}`)
        : errorText({ code, message, data: { address: target } })}
    </span>
  )
}

function AddHost({ id }: { readonly id: string }) {
  const [text, setText] = useState('')
  const { run, isBusy, fault } = useAction(async () => {
    await api.post<Hosts>(folderAddress(id, '/hosts'), { host: text.trim() })
    setText('')
  })
  return (
    <form
      class="add-host"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') run()
      }}
    >
      <TextField
        label={t('host-address')}
        about={t('host-address-about')}
        placeholder="192.0.2.7:4444"
        maxLength={300}
        isCode
        autocomplete="off"
        value={text}
        onInput={setText}
        fault={fault}
      />
      <Button type="submit" icon="plus" isBusy={isBusy}>
        {t('list-add')}
      </Button>
    </form>
  )
}
