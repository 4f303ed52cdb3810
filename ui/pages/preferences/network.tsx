/** How other devices reach this one, and whom it asks for them. */
import { Section } from '../../parts/page.tsx'
import { AmountSetting, SwitchSetting } from '../../parts/setting.tsx'
import { ListSetting, TextSetting } from '../../parts/setting-text.tsx'
import { t } from '../../text/translate.ts'
import { Reachability } from '../reachability.tsx'

export function NetworkSection() {
  return (
    <>
      <Section title={t('network-reach-title')} about={t('network-reach-about')}>
        <Reachability />
        <TextSetting name="listen" isCode />
        <SwitchSetting name="portMapping" />
      </Section>
      <Section title={t('network-search-title')} about={t('network-search-about')}>
        <ListSetting name="trackers" placeholder="udp://tracker.example:6969" />
        <ListSetting name="relays" placeholder="relay.example:4446" />
        <ListSetting name="dhtBootstrap" placeholder="dht.example:6881" />
        <AmountSetting name="links" kind="count" />
      </Section>
    </>
  )
}
