/** What is around every page: the lamp, where one can go, and by which light one works. */
import { type ReactNode, useEffect, useState } from 'react'
import { Link } from 'wouter'

const PLACES = [
  { href: '/', label: 'Generate' },
  { href: '/jobs', label: 'Jobs' },
  { href: '/gallery', label: 'Gallery' },
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

/** The mark: a darkroom lamp, lit. */
function Lamp() {
  return (
    <svg className="lamp" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <path className="cord" d="M16 3v5" />
      <path className="shade" d="M7 19a9 9 0 0 1 18 0Z" />
      <path className="light" d="M9.5 22.5h13" />
      <path className="spill" d="M12.5 26.5h7" />
    </svg>
  )
}

const KEY = 'safelight.light'
const LIGHTS = ['system', 'day', 'night'] as const
type Light = (typeof LIGHTS)[number]

const NAMES: Record<Light, string> = {
  system: 'Light: system',
  day: 'Light: day',
  night: 'Light: night',
}
const SIGNS: Record<Light, string> = {
  system: 'M8 2a6 6 0 1 0 0 12ZM8 2a6 6 0 0 1 0 12',
  day: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.500 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  night: 'M13 9.500A5.500 5.500 0 1 1 6.500 3a4.500 4.500 0 0 0 6.500 6.500Z',
}

/** Day, night, or what the system says; remembered in this browser. */
function LightSwitch() {
  const [light, setLight] = useState<Light>(readLight)
  useEffect(() => {
    if (light === 'system') delete document.documentElement.dataset['light']
    else document.documentElement.dataset['light'] = light
    localStorage.setItem(KEY, light)
  }, [light])
  const next = LIGHTS[(LIGHTS.indexOf(light) + 1) % LIGHTS.length] ?? 'system'
  return (
    <button
      type="button"
      className="light-switch"
      title={NAMES[light]}
      aria-label={`${NAMES[light]}. Switch to ${next}.`}
      onClick={() => setLight(next)}
    >
      <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true" data-light-sign={light}>
        <path d={SIGNS[light]} />
      </svg>
    </button>
  )
}

function readLight(): Light {
  const kept = localStorage.getItem(KEY)
  return LIGHTS.find((light) => light === kept) ?? 'system'
}
