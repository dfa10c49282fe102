import { errorResponse } from "@composite-llm/openai-api";
import type { MalformedRequest } from "./malformed-requests.ts";

/** What a gateway said to a request of the table. */
export interface Refusal {
  status: number;
  code: string | null;
  param: string | null;
  message: string;
}

/** Sends a request of the table to a gateway that listens. @throws when the answer is no error in the form of the OpenAI API */
export async function sendMalformed(baseUrl: string, request: MalformedRequest): Promise<Refusal> {
  const { method = "POST", path = "/v1/chat/completions", headers = {}, body } = request;
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const answer = await fetch(`${baseUrl}${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: isRaw ? Buffer.from(body) : JSON.stringify(body) }),
  });
  const { error } = errorResponse.parse(await answer.json());
  return { status: answer.status, code: error.code, param: error.param, message: error.message };
}
