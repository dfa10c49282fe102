import { Pool } from "undici";
import type { CallShape } from "../arms/arm.ts";

/** How the provider answered a call. */
export interface CallAnswer {
  status: number;
  /** What it asked to wait, in ms; null where it asked nothing. */
  retryAfterMs: number | null;
}

/** A client for one kind of call, in OpenAI's wire format. */
export function createCaller(mockUrl: string, { model, prompt, maxTokens }: CallShape): () => Promise<CallAnswer> {
  const pool = new Pool(mockUrl, { connections: 500, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  const body = JSON.stringify({ model, messages: [{ role: "user", content: prompt }], max_tokens: maxTokens });
  return async () => {
    const requestHeaders = { "content-type": "application/json", authorization: "Bearer bench" };
    const {
      statusCode,
      headers,
      body: answer,
    } = await pool.request({
      method: "POST",
      path: "/openai/v1/chat/completions",
      headers: requestHeaders,
      body,
    });
    await answer.dump();
    const [ms, seconds] = [Number(headers["retry-after-ms"]), Number(headers["retry-after"])];
    return { status: statusCode, retryAfterMs: ms > 0 ? ms : seconds > 0 ? seconds * 1000 : null };
  };
}
