/**
 * A path on one line, however long: what does not fit goes from its middle, because the beginning says where it is and the end what it is.
 * The whole of it comes in sight where it is pointed at or focused, and is what is read out and copied.
 */
import { cutPath } from '../text/cut-path.ts'

export function PathText({ path }: { readonly path: string }) {
  const [begin, end] = cutPath(path)
  return (
    // A person without a mouse gets to the whole path as well.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is cut off is shown on focus
    <bdi class="path-text" title={path} tabIndex={0}>
      <span class="path-begin">{begin}</span>
      <span class="path-end">{end}</span>
    </bdi>
  )
}
