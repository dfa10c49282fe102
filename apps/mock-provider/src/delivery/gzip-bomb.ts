import { once } from "node:events";
import { createGzip } from "node:zlib";

const MEGABYTE = Buffer.alloc(1024 * 1024, "a");

/** Two texts with so many megabytes between them, compressed a thousand times smaller. */
export async function buildGzipBomb(before: string, megabytes: number, after: string): Promise<Buffer> {
  const gzip = createGzip();
  const compressed: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => compressed.push(chunk));
  gzip.write(before);
  for (let written = 0; written < megabytes; written += 1) {
    if (!gzip.write(MEGABYTE)) await once(gzip, "drain");
  }
  gzip.end(after);
  await once(gzip, "end");
  return Buffer.concat(compressed);
}
