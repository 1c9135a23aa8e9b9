/** Bytes and what is known of them. */
export * from './blobs/blob-store.ts'
export { createLocalBlobs, type Disk } from './blobs/local-blobs.ts'
export * from './ingest.ts'
export * from './read-asset.ts'
export * from './sniff.ts'
export * from './to-upload.ts'
