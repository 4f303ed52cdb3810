/** How browsers and programs reach this page, and who of them may. */
import { useSignal } from '@preact/signals'
import { Facts, Section } from '../../parts/page.tsx'
import { SwitchSetting } from '../../parts/setting.tsx'
import { ListSetting, TextSetting } from '../../parts/setting-text.tsx'
import { device } from '../../state/live.ts'
import { t } from '../../text/translate.ts'
import { PasswordSection } from './password.tsx'
import { SessionsSection } from './sessions.tsx'
import { TokensSection } from './tokens.tsx'

export function WebSection() {
  // Another password ends the other sessions.
  const passwords = useSignal(0)
  return (
    <>
      <Section title={t('web-title')}>
        <Address />
        <TextSetting name="web" isCode />
        <SwitchSetting name="https" />
        <ListSetting name="webNames" placeholder="nas.example" />
      </Section>
      <PasswordSection
        onChanged={() => {
          passwords.value += 1
        }}
      />
      <SessionsSection key={passwords.value} />
      <TokensSection />
    </>
  )
}

/** Where it is right now, and how a browser that asks can be sure that it is this device. */
function Address() {
  const { web, webFingerprint } = device.value ?? {}
  if (web === undefined) return null
  return (
    <Facts
      facts={[
        [t('web-address'), <span class="code">{web}</span>],
        ...(webFingerprint === undefined
          ? []
          : [[t('web-fingerprint'), <span class="code">{webFingerprint}</span>] as const]),
      ]}
    />
  )
}
