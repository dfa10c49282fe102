import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { bodyOf, headersOf, type Ask } from "./ask.ts";

/** A client that takes its stream at so many bytes a second. */
export interface SlowReader {
  status: number;
  leave(): void;
}

/** Opens a stream and reads it slowly until it leaves. */
export async function readSlowly(ask: Ask, bytesPerSecond: number): Promise<SlowReader> {
  const url = new URL(`${ask.gatewayUrl}/v1/chat/completions`);
  const sent = request(url, { method: "POST", headers: headersOf(ask), agent: false });
  sent.on("error", () => undefined);
  sent.end(bodyOf(ask, { stream: true }));
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.on("error", () => undefined);
  const timer = setInterval(() => void answer.read(Math.min(bytesPerSecond, answer.readableLength || 1)), 1_000);
  return {
    status: answer.statusCode ?? 0,
    leave: () => {
      clearInterval(timer);
      sent.destroy();
    },
  };
}
