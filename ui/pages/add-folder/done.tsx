/** The last step: what happens now. */
import type { Added } from '../../../src/api/schemas/folders.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { Badge, Callout } from '../../parts/callout.tsx'
import { Section } from '../../parts/page.tsx'
import { describeFolder, folderName } from '../../state/folder-words.ts'
import { folders } from '../../state/live.ts'
import { errorText, t } from '../../text/translate.ts'
import { ShareSection } from '../folder/share-section.tsx'

export function Done({ added }: { readonly added: Added }) {
  const { path, created, role } = added
  // A one-time secret is redeemed for another, which gives the folder another id.
  const folder = folders.value.find((each) => each.path === path)
  const isJoining = folder === undefined ? added.joining : folder.state === 'joining'
  const words = folder && describeFolder(folder)
  const name = folderName(path)
  const now = isJoining ? 'joining' : folder?.state === 'refused' ? 'refused' : created ? 'new' : 'joined'
  return (
    <>
      <Section
        title={t(`added-${now}`, { folder: name })}
        actions={
          folder && (
            <ButtonLink
              to={{ page: 'folder', folder: folder.id, tab: 'overview' }}
              look={created ? 'plain' : 'primary'}
            >
              {t('added-open')}
            </ButtonLink>
          )
        }
      >
        <p>{t(`added-${now}-about`)}</p>
        {words && (
          <p class="added-state" aria-live="polite">
            <Badge tone={words.tone}>{t(words.state.key, words.state.args)}</Badge>
            {words.why && !isJoining && <span class="muted">{t(words.why.key, words.why.args)}</span>}
          </p>
        )}
        {words?.halt && <Callout tone={words.tone}>{errorText(words.halt)}</Callout>}
        <p class="path">{path}</p>
      </Section>
      {created && folder && <ShareSection folder={folder} ownRole={role} />}
    </>
  )
}
