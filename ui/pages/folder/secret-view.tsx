/** A secret to pass on: as a text, a link and a code. Never keeps one. */
import { useState } from 'preact/hooks'
import { Button } from '../../parts/button.tsx'
import { CopyButton, QrCode } from '../../parts/copy.tsx'
import { Disclosure } from '../../parts/disclosure.tsx'
import { TextField } from '../../parts/field.tsx'
import { doAndTell } from '../../parts/use-action.ts'
import { device } from '../../state/live.ts'
import { maxHosts, ownHost, readHosts, secretLink } from '../../state/secret-link.ts'
import { t } from '../../text/translate.ts'

export function SecretView({ secret, name }: { readonly secret: string; readonly name: string }) {
  const [typed, setTyped] = useState('')
  const { hosts, wrong } = readHosts(typed)
  const link = secretLink({ secret, name, hosts })
  const own = ownHost(location.hostname, device.value?.listen ?? '')
  return (
    <div class="secret-view">
      <div class="secret-code">
        <QrCode text={link} label={t('share-qr', { folder: name })} />
        <p class="about">{t('share-qr-about')}</p>
      </div>
      <div class="secret-text">
        <h3 class="unseen">{t('share-secret')}</h3>
        <p class="secret code">{secret}</p>
        <div class="secret-actions">
          <CopyButton text={secret} label={t('share-copy-secret')} />
          <CopyButton text={link} label={t('share-copy-link')} />
          {'share' in navigator && (
            <Button icon="share" onClick={() => doAndTell(() => handOver(name, link))}>
              {t('share-hand-over')}
            </Button>
          )}
        </div>
      </div>
      <Disclosure summary={t('share-hosts')}>
        <TextField
          label={t('share-hosts-label')}
          about={t('share-hosts-about', { most: maxHosts })}
          fault={wrong === undefined ? undefined : t('share-hosts-wrong', { value: wrong })}
          value={typed}
          onInput={setTyped}
          placeholder="192.0.2.7:4444"
          inputMode="url"
          autocomplete="off"
          isCode
        />
        {own !== undefined && !hosts.includes(own) && (
          <Button icon="plus" onClick={() => setTyped([...hosts, own].join(', '))}>
            {t('share-hosts-own', { host: own })}
          </Button>
        )}
      </Disclosure>
    </div>
  )
}

/** Through what the phone has for it. Whoever closes that sheet has changed their mind. */
async function handOver(name: string, link: string): Promise<void> {
  try {
    await navigator.share({ title: t('share-hand-over-title', { folder: name }), text: link })
  } catch (thrown) {
    if (!(thrown instanceof DOMException && thrown.name === 'AbortError')) throw thrown
  }
}
