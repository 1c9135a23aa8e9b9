/** JSON as Python writes it. */

/** Python writes NaN and Infinity bare; here they become null. */
export function parsePythonJson(text: string): unknown {
  return JSON.parse(
    text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
      token.startsWith('"') ? token : 'null',
    ),
  )
}
