import type { ModelDelta } from "@composite-llm/contracts";
import type { AppendReply } from "@composite-llm/queue";
import { type BatchData, createTokenBatch } from "./token-batch.ts";

const BATCH_MS = 40;
const BATCH_CHARACTERS = 1024;

export interface TokenSender {
  push(delta: ModelDelta): void;
  /** Ends it and gives what was not sent; what is on its way is waited for. */
  close(): Promise<BatchData[]>;
}

export interface TokenSenderOptions {
  send(batch: BatchData): Promise<AppendReply>;
  /** Calls back once after a time; gives the function that stops it. */
  startTimer(delayMs: number, callback: () => void): () => void;
  /** Called when the call is not wanted any more, or its stream cannot be written. */
  onRefused(): void;
}

/** Sends tokens as they come, in batches of at most 40 ms or 1 KB; the first token leaves at once. One batch is on its way at a time. */
export function createTokenSender(options: TokenSenderOptions): TokenSender {
  const waiting = createTokenBatch();
  let sending: Promise<void> | null = null;
  let stopTimer: (() => void) | null = null;
  let isFirst = true;
  let isClosed = false;
  let left: BatchData[] = [];

  const sendAll = async (): Promise<void> => {
    left = waiting.take();
    while (left.length > 0) {
      const batch = left[0] as BatchData;
      const reply = await options.send(batch).catch(() => "refused" as const);
      if (reply !== "added") {
        isClosed = true;
        if (reply === "refused") options.onRefused();
        return;
      }
      left.shift();
    }
  };

  const flush = (): void => {
    stopTimer?.();
    stopTimer = null;
    if (isClosed || sending !== null || waiting.size === 0) return;
    sending = sendAll().finally(() => {
      sending = null;
      schedule();
    });
  };

  const schedule = (): void => {
    if (isClosed || sending !== null || waiting.size === 0) return;
    if (isFirst || waiting.size >= BATCH_CHARACTERS) {
      isFirst = false;
      flush();
    } else {
      stopTimer ??= options.startTimer(BATCH_MS, flush);
    }
  };

  return {
    push: (delta) => {
      if (isClosed) return;
      waiting.add(delta);
      schedule();
    },
    close: async () => {
      isClosed = true;
      stopTimer?.();
      stopTimer = null;
      await sending;
      return [...left, ...waiting.take()];
    },
  };
}
