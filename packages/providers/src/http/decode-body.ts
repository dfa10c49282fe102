import { pipeline, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

const DECODERS = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;

function isKnown(encoding: string): encoding is keyof typeof DECODERS {
  return Object.hasOwn(DECODERS, encoding);
}

/**
 * The body without its content encoding. We ask for none, but a proxy may add one. It is unpacked only as fast as it is read,
 * so that a small body that unpacks to a huge one costs no more memory than its reader allows.
 */
export function decodeBody(body: AsyncIterable<Uint8Array>, contentEncoding: string | undefined): AsyncIterable<Uint8Array> {
  const encoding = contentEncoding?.trim().toLowerCase() ?? "identity";
  if (encoding === "" || encoding === "identity" || !isKnown(encoding)) return body;
  // What breaks the source or the decoder reaches the reader through the decoder; there is nobody else to tell.
  return pipeline(Readable.from(body), DECODERS[encoding](), () => undefined);
}
