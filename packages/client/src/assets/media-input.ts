/** Which inputs of nodes take a file that users bring along, and of what kind. */
import { type InputMedia, memberOf, type NodeClassView, usualMediaOf } from '@safelight/shared'

/**
 * @param nodeClass what the fleet says of the class, if it says anything
 * @returns null for an input that takes no such file
 */
export function toInputMedia(
  { className, input }: { className: string; input: string },
  nodeClass: NodeClassView | undefined,
): InputMedia | null {
  const told = memberOf(nodeClass?.input ?? {}, input)
  if (told?.media) return told.media
  if (told?.kind === 'uploads') return 'file'
  return usualMediaOf(className, input)
}
