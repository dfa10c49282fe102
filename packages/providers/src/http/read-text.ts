import { MAX_ANSWER_BYTES, ResponseTooLong } from "./body-limits.ts";

/**
 * A whole body as text.
 *
 * @param onChunk is told of every read
 * @throws ResponseTooLong beyond the limit for answers, and whatever breaks the connection
 */
export async function readText(body: AsyncIterable<Uint8Array>, onChunk?: (chunk: Uint8Array) => void): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new ResponseTooLong("the answer", MAX_ANSWER_BYTES);
    chunks.push(chunk);
    onChunk?.(chunk);
  }
  return Buffer.concat(chunks, bytes).toString("utf8");
}

const MAX_ERROR_BYTES = 64 * 1024;

/** The beginning of an error's body, as much of it as arrives; it never throws. */
export async function readErrorText(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes > MAX_ERROR_BYTES) break;
    }
  } catch {
    // The status says enough where the body broke off.
  }
  return Buffer.concat(chunks).toString("utf8", 0, MAX_ERROR_BYTES);
}
