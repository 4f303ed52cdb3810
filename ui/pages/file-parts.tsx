/** Who has which part of a file that is on its way; looks again as more of it arrives. */
import { useComputed } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Parts } from '../../src/api/schemas/transfers.ts'
import { api, folderAddress } from '../api/request.ts'
import { PartsList } from '../parts/parts-bar.tsx'
import { Show, useLoaded } from '../parts/use-loaded.tsx'
import { snapshot } from '../state/live.ts'

export function FileParts({ folder, path }: { readonly folder: string; readonly path: string }) {
  const loading = useLoaded(`${folder} ${path}`, (signal) =>
    api.get<Parts>(folderAddress(folder, '/transfers/parts'), { path }, signal),
  )
  const haveBytes = useComputed(
    () => snapshot.value?.transfers[folder]?.find((transfer) => transfer.path === path)?.haveBytes,
  ).value
  useEffect(() => {
    if (haveBytes !== undefined) loading.reload()
  }, [haveBytes])
  return <Show loading={loading}>{(parts) => <PartsList parts={parts} />}</Show>
}
