/** The page's one client. The token, where the server wants one, is asked for once and kept for this browser tab. */
import { type Client, createClient } from '@safelight/client'
import { toOwnBytes } from './own-bytes.ts'
import type { Access } from './access.ts'

const TOKEN_KEY = 'safelight.token'

export function readToken(): string | undefined {
  return sessionStorage.getItem(TOKEN_KEY) ?? undefined
}

export function keepToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token)
}

export function dropToken(): void {
  sessionStorage.removeItem(TOKEN_KEY)
}

/** @param access is given every refusal, whoever asked */
export function createPageClient(access: Access): Client {
  const watchedFetch: typeof fetch = async (input, init) => {
    const answer = await fetch(input instanceof Request ? input : toOwnBytes(String(input)), init)
    // another origin may have its own reasons: our token would not help there
    if (answer.status === 401 && new URL(answer.url).origin === location.origin) access.refuse()
    return answer
  }
  return createClient({ token: readToken, fetch: watchedFetch })
}
