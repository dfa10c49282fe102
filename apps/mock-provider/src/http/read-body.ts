import type { IncomingMessage } from "node:http";

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** The body as text; `too-large` beyond the limit, null when the caller left before its end. */
export type BodyReading = { text: string } | "too-large" | null;

export function readBody(request: IncomingMessage): Promise<BodyReading> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else {
        // What still comes is read and dropped, so that the caller gets to read the answer.
        chunks.length = 0;
        resolve("too-large");
      }
    });
    request.on("end", () => resolve({ text: (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString("utf8") ?? "" }));
    request.on("error", () => resolve(null));
    request.on("close", () => resolve(null));
  });
}
