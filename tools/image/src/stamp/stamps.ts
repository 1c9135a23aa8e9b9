/** Where a version stands that changesets do not know of: texts in, the same with the new version out. */

/** The manifest of the project: its own version, and that of what it needs of ours. */
export function stampProject(text: string, version: string): string {
  return text.replace(
    /("(?:version|@safelight\/[\w-]+)": )"\d[^"]*"/g,
    (_all, key: string) => `${key}"${version}"`,
  )
}

/**
 * @param text a kustomization that says which images are ours, name first
 * @returns the same with this version of them; those of others stay
 */
export function stampTags(text: string, version: string): string {
  return text.replace(
    /(- name: safelight-\w+\n(?: +newName: .*\n)? +newTag: ).*/g,
    (_line, before: string) => `${before}${version}`,
  )
}

/** Our images, wherever a command names them: `registry.example.org/safelight-api:0.1.0`. */
export function stampImages(text: string, version: string): string {
  return text.replace(
    /(\/safelight-(?:api|worker):)\d[\w.-]*/g,
    (_all, before: string) => `${before}${version}`,
  )
}

/**
 * @param text the changelog of the whole
 * @returns the same with what was unreleased under this version, and room for what comes next
 * @throws when nothing in it is unreleased
 */
export function closeUnreleased(text: string, { version, day }: { version: string; day: string }) {
  const [before, after, more] = text.split('## Unreleased\n')
  if (before === undefined || after === undefined || more !== undefined)
    throw new Error('CHANGELOG.md has no heading `## Unreleased`, or more than one')
  const entries = after.split('\n## ')[0]?.trim()
  if (!entries) throw new Error('CHANGELOG.md has nothing under `## Unreleased`')
  return `${before}## Unreleased\n\n## ${version} (${day})\n${after}`
}
