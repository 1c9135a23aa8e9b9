/** Why a host cannot be given what a workflow refers to. */

/** It is not stored, or not where this worker looks: no host could be given it. */
export class InputMissing extends Error {
  /** @param what of it is not here */
  constructor(assetId: string, what: 'record' | 'bytes') {
    super(
      what === 'record'
        ? `The asset ${assetId} that the workflow refers to is no longer stored.`
        : `The bytes of the asset ${assetId} that the workflow refers to are not in the store of this worker. It must be the same as the store of the API.`,
    )
    this.name = 'InputMissing'
  }
}

export class InputTooLarge extends Error {
  constructor(assetId: string, bytes: number) {
    super(`The host takes no file of ${bytes} bytes, as the asset ${assetId} is.`)
    this.name = 'InputTooLarge'
  }
}
