import type { Redis } from "ioredis";
import type { Socket } from "node:net";

/**
 * Sends the commands of one turn of the event loop in one write. ioredis writes each by itself, and of what a job costs in Node, system calls
 * are the largest part. Figures: docs/performance.md.
 */
export function coalesceWrites(redis: Redis): void {
  redis.on("connect", () => {
    // The socket is not part of the client's types.
    const { stream } = redis as unknown as { stream: Socket };
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    let isCorked = false;
    const uncork = (): void => {
      isCorked = false;
      stream.uncork();
    };
    stream.write = (...args: unknown[]) => {
      if (!isCorked) {
        isCorked = true;
        stream.cork();
        process.nextTick(uncork);
      }
      return write(...args);
    };
  });
}
