/** Why a host cannot be given what a workflow refers to. */

/** It is not stored: no host could be given it. */
export class InputMissing extends Error {
  constructor(assetId: string) {
    super(`The asset ${assetId} that the workflow refers to is no longer stored.`)
    this.name = 'InputMissing'
  }
}

export class InputTooLarge extends Error {
  constructor(assetId: string, bytes: number) {
    super(`The host takes no file of ${bytes} bytes, as the asset ${assetId} is.`)
    this.name = 'InputTooLarge'
  }
}
