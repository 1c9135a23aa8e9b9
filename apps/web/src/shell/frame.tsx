/** What is around every page: the lamp, where one can go, and by which light one works. */
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import './frame.css'
import { Lamp } from './lamp.tsx'
import { LightSwitch } from './light-switch.tsx'

const PLACES = [
  { href: '/', label: 'Generate' },
  { href: '/jobs', label: 'Jobs' },
  { href: '/fleet', label: 'Fleet' },
]

export function Frame({ children }: { children: ReactNode }) {
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <Lamp /> Safelight
        </Link>
        <nav aria-label="Main">
          {PLACES.map(({ href, label }) => (
            <Link key={href} href={href} className={(active) => (active ? 'place here' : 'place')}>
              {label}
            </Link>
          ))}
        </nav>
        <LightSwitch />
      </header>
      <main id="main">{children}</main>
    </>
  )
}
