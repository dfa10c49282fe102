/** Where the first command of a chunk of the Redis protocol begins that contains a text; −1 when none does. */
export function cutBefore(chunk: Buffer, text: string): number {
  const at = chunk.indexOf(text);
  if (at < 0) return -1;
  const start = chunk.subarray(0, at).lastIndexOf("\r\n*");
  return start < 0 ? 0 : start + 2;
}
