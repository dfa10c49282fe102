import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Redis } from "ioredis";

const LIFETIME_MS = 60_000;
const REFRESH_MS = 2_000;
/** Without a refresh for so long, its process is gone or stands still. */
const GONE_MS = 5_000;
const BLOCK_MS = 5_000;
/** Twice the longest wait for a reply, and some. */
const SILENT_MS = 2 * BLOCK_MS + 1_000;

/** A process's own stream of messages from the scripts: results for an orchestrator, cancellations for a caller. */
export interface Inbox {
  /** The stream's key, which scripts write to while this process lives. */
  readonly key: string;
  /** Whether Redis answered its reader lately: also when there is nothing to read, it does so every few seconds. */
  isReading(): boolean;
  close(): Promise<void>;
}

export interface InboxOptions {
  key: string;
  /** A connection of its own: reading blocks it. */
  blocking: Redis;
  /** For what does not block. */
  commands: Redis;
  onMessage(message: JsonObject): void;
  monotonicMs(): number;
  onError(error: Error): void;
}

/** Whether the process of an inbox gives signs of life. */
export async function isInboxRead(commands: Redis, key: string): Promise<boolean> {
  return (await commands.pttl(key)) > LIFETIME_MS - GONE_MS;
}

/**
 * Opens the inbox and reads it until it is closed. The stream expires soon after its process is gone, and scripts never bring it back, so a
 * dead process leaves nothing behind.
 */
export async function openInbox(options: InboxOptions): Promise<Inbox> {
  const { key, blocking, commands } = options;
  const closing = new AbortController();
  let answeredAtMs = options.monotonicMs();
  let last = "0-0";

  const refresh = async (): Promise<void> => {
    // A process that was frozen longer than the lifetime finds its stream gone and makes it anew.
    const exists = await commands.pexpire(key, LIFETIME_MS);
    if (exists === 0) {
      await commands.xadd(key, "*", "m", "{}");
      await commands.pexpire(key, LIFETIME_MS);
    }
    // What was read is dropped here, once every few seconds, instead of with each message.
    if (last !== "0-0") await commands.xtrim(key, "MINID", last);
  };

  const deliver = (text: string): void => {
    const message: unknown = JSON.parse(text);
    if (isRecord(message) && typeof message["kind"] === "string") options.onMessage(message);
  };

  const read = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        const reply = await blocking.xread("COUNT", 500, "BLOCK", BLOCK_MS, "STREAMS", key, last);
        answeredAtMs = options.monotonicMs();
        for (const [id, fields] of reply?.[0]?.[1] ?? []) {
          last = id;
          deliver(fields[1] ?? "{}");
        }
      } catch (error) {
        if (closing.signal.aborted) return;
        options.onError(error as Error);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  };

  await refresh();
  const timer = setInterval(() => void refresh().catch(options.onError), REFRESH_MS);
  const reading = read();

  return {
    key,
    isReading: () => options.monotonicMs() - answeredAtMs < SILENT_MS,
    close: async () => {
      closing.abort();
      clearInterval(timer);
      blocking.disconnect();
      await reading;
      await commands.del(key).catch(() => 0);
    },
  };
}
