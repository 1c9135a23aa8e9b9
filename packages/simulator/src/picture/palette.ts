/** The light of a picture: which sky, sun and ground a prompt's words ask for. */
import { type Color, fromHex } from './color.ts'

export interface Palette {
  /** From the zenith down to the horizon. */
  readonly sky: readonly Color[]
  readonly sun: Color
  /** The light around the sun and along lit cloud edges. */
  readonly glow: Color
  /** The nearest, darkest land. */
  readonly ground: Color
  readonly cloud: Color
  /** 0: none, 1: a sky full of stars. */
  readonly stars: number
  readonly isMoon: boolean
}

interface PaletteSource {
  readonly words: RegExp
  readonly sky: readonly number[]
  readonly sun: number
  readonly glow: number
  readonly ground: number
  readonly cloud: number
  readonly stars?: number
  readonly isMoon?: boolean
}

const PALETTES: readonly PaletteSource[] = [
  {
    words: /dusk|sunset|evening|twilight/,
    sky: [0x1d2350, 0x3d3a78, 0x8a5287, 0xe2806f, 0xffc58a],
    sun: 0xfff0cf,
    glow: 0xffa35c,
    ground: 0x14142c,
    cloud: 0x6d4a7d,
    stars: 0.25,
  },
  {
    words: /night|moon|star|midnight|galaxy/,
    sky: [0x060a1f, 0x0d1838, 0x1b2f5c, 0x34547f, 0x6f8fae],
    sun: 0xf6f3e4,
    glow: 0x9fc0dc,
    ground: 0x04070f,
    cloud: 0x24385f,
    stars: 1,
    isMoon: true,
  },
  {
    words: /dawn|morning|sunrise|spring/,
    sky: [0x4d7ea8, 0x86a9c4, 0xc9bccb, 0xf3c9c0, 0xffe6c7],
    sun: 0xfffaec,
    glow: 0xffc9a3,
    ground: 0x2a3550,
    cloud: 0xd8b6c4,
  },
  {
    words: /gold|autumn|desert|dune|summer|warm/,
    sky: [0x35567a, 0x6d8796, 0xc9a877, 0xf2b866, 0xffdf9e],
    sun: 0xfff6da,
    glow: 0xffbf5e,
    ground: 0x2b1a1c,
    cloud: 0xb28463,
  },
  {
    words: /storm|fog|mist|rain|winter|snow|blur|grey|gray/,
    sky: [0x32414f, 0x566a78, 0x8799a2, 0xb7c3c4, 0xdfe2da],
    sun: 0xfdfbf2,
    glow: 0xe7e4d2,
    ground: 0x182029,
    cloud: 0x70818c,
  },
  {
    words: /aurora|emerald|forest|green|jungle/,
    sky: [0x0b1d33, 0x123b52, 0x1f6b72, 0x5fae93, 0xcfe2b1],
    sun: 0xfdf8d8,
    glow: 0xb5e39b,
    ground: 0x07151a,
    cloud: 0x2c6f74,
    stars: 0.4,
  },
  {
    words: /rose|pink|dream|violet|purple|lavender/,
    sky: [0x2c1f4f, 0x5a3a7e, 0xa3579a, 0xe889a6, 0xffcfc0],
    sun: 0xfff3e6,
    glow: 0xff9fa8,
    ground: 0x1a1230,
    cloud: 0x8b4f93,
    stars: 0.3,
  },
]

/** Words decide; a prompt without any of them gets a palette by its hash. */
export function paletteOf(text: string, hash: number): Palette {
  const lower = text.toLowerCase()
  const source = PALETTES.find(({ words }) => words.test(lower)) ?? PALETTES[hash % PALETTES.length]
  if (!source) throw new Error('there are palettes')
  return {
    sky: source.sky.map(fromHex),
    sun: fromHex(source.sun),
    glow: fromHex(source.glow),
    ground: fromHex(source.ground),
    cloud: fromHex(source.cloud),
    stars: source.stars ?? 0,
    isMoon: source.isMoon ?? false,
  }
}
