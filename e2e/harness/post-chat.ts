import type { ChatCompletion } from "@composite-llm/contracts";
import type { ErrorResponse } from "@composite-llm/openai-api";

export interface ChatAnswer {
  status: number;
  headers: Headers;
  /** Id of the run behind it; empty when none was accepted. */
  run: string;
  body: ChatCompletion & ErrorResponse;
}

/** Sends a chat completion by bare HTTP, for what the official client hides: headers, bytes, and fields of our own. */
export function fetchChat(gatewayUrl: string, body: object, init: { key?: string; signal?: AbortSignal } = {}): Promise<Response> {
  const { key = "any", signal } = init;
  return fetch(`${gatewayUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Sends a chat completion and reads its JSON answer, whatever its status. */
export async function postChat(gatewayUrl: string, body: object, init: { key?: string; signal?: AbortSignal } = {}): Promise<ChatAnswer> {
  const answer = await fetchChat(gatewayUrl, body, init);
  return {
    status: answer.status,
    headers: answer.headers,
    run: answer.headers.get("x-composite-run-id") ?? "",
    body: (await answer.json()) as ChatAnswer["body"],
  };
}
