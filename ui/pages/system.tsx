/** The machine this device runs on: how it is, its disks, and backups of what makes it this device. */
import { useEffect } from 'preact/hooks'
import type { System } from '../../src/api/schemas/system.ts'
import { api } from '../api/request.ts'
import { PageHeader, TabLinks } from '../parts/page.tsx'
import { Show, useLoaded } from '../parts/use-loaded.tsx'
import { device } from '../state/live.ts'
import { type SystemSection, systemSections } from '../state/route.ts'
import { t } from '../text/translate.ts'
import { BackupSection } from './system/backup.tsx'
import { DisksSection } from './system/disks.tsx'
import { MachineSection } from './system/machine.tsx'
import { ReleasesSection } from './system/releases.tsx'

/** Temperature and load move slowly. */
const refreshMs = 10_000

export function SystemPage({ section = 'machine' }: { readonly section?: SystemSection | undefined }) {
  const shown = systemSections.filter((name) => name !== 'disks' || device.value?.appliance)
  return (
    <>
      <PageHeader title={t('nav-system')} />
      <TabLinks
        label={t('nav-system')}
        tabs={shown.map((name) => ({
          to: { page: 'system', section: name },
          label: t(`system-${name}`),
          isCurrent: name === section,
        }))}
      />
      <SectionOf section={section} />
    </>
  )
}

function SectionOf({ section }: { readonly section: SystemSection }) {
  switch (section) {
    case 'machine':
      return (
        <>
          <Machine />
          {device.value?.appliance && <ReleasesSection />}
        </>
      )
    case 'disks':
      return <DisksSection />
    case 'backup':
      return <BackupSection />
  }
}

function Machine() {
  const loading = useLoaded('system', (signal) => api.get<System>('/api/system', {}, signal))
  useEffect(() => {
    const timer = setInterval(() => document.hidden || loading.reload(), refreshMs)
    return () => clearInterval(timer)
  }, [])
  return (
    <Show loading={loading}>{(system) => <MachineSection system={system} reload={loading.reload} />}</Show>
  )
}
