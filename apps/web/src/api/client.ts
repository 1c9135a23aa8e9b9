/** The page's one client. The token, where the server wants one, is asked for once and kept for this browser tab. */
import { type Client, createClient } from '@safelight/client'

const TOKEN_KEY = 'safelight.token'

export function readToken(): string | undefined {
  return sessionStorage.getItem(TOKEN_KEY) ?? undefined
}

export function keepToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token)
}

export function createPageClient(): Client {
  return createClient({ token: readToken })
}
