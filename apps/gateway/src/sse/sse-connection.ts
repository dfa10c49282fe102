import type { ServerResponse } from "node:http";
import { Socket } from "node:net";
import { PING } from "./chunk-format.ts";

export interface StreamTiming {
  /** Between two signs of life: proxies close a connection that is silent for longer. */
  pingMs: number;
  /** How long a client may take nothing before it is given up. */
  stallMs: number;
}

export const DEFAULT_STREAM_TIMING: StreamTiming = { pingMs: 12_000, stallMs: 60_000 };

export interface SseListeners {
  /** The client does not keep up: send nothing until `onDrained`. */
  onFull(): void;
  onDrained(): void;
  /** The client hung up, or took nothing for too long, before the stream ended. */
  onGone(): void;
}

export interface SseConnection {
  send(text: string): void;
  end(): void;
}

/**
 * Sends the headers at once and keeps the connection alive. Texts of one tick leave in one write. Nothing is held back here for
 * a client that does not read: when its socket is full, the source is told to stop.
 */
export function openSse(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  { pingMs, stallMs }: StreamTiming,
  listeners: SseListeners,
): SseConnection {
  let pending = "";
  let isFull = false;
  let isEnded = false;
  let isGone = false;

  /** The timer starts again whenever the kernel takes some bytes, so that a slow client is not taken for a dead one. 0 stops it. */
  const giveUpAfter = (ms: number): void => {
    if (response.socket instanceof Socket) response.socket.setTimeout(ms);
  };

  const flush = (): void => {
    if (pending === "" || isGone) return;
    const text = pending;
    pending = "";
    if (response.write(text) || isFull) return;
    isFull = true;
    giveUpAfter(stallMs);
    listeners.onFull();
  };

  const pings = setInterval(() => {
    if (!isFull) response.write(PING);
  }, pingMs);

  const close = (): void => {
    clearInterval(pings);
    if (isGone) return;
    isGone = true;
    if (!isEnded) listeners.onGone();
  };

  response.on("drain", () => {
    if (!isFull) return;
    isFull = false;
    giveUpAfter(0);
    if (!isEnded) listeners.onDrained();
  });
  response.on("timeout", () => response.destroy());
  response.on("close", close);
  response.on("error", close);
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    ...headers,
  });
  response.flushHeaders();

  return {
    send: (text) => {
      if (isEnded || isGone) return;
      if (pending === "") queueMicrotask(flush);
      pending += text;
    },
    end: () => {
      if (isEnded || isGone) return;
      isEnded = true;
      clearInterval(pings);
      // What is left to flush must not wait for ever for a client that does not read.
      giveUpAfter(stallMs);
      response.end(pending);
      pending = "";
    },
  };
}
