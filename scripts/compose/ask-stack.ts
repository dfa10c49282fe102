import { isRecord } from "@composite-llm/core";
import OpenAI from "openai";
import { sendFirstRequests } from "../start/send-first-requests.ts";

/** Models to ask, and how many calls stand behind one answer of each. */
const EXPECTED_CALLS = { "composite/moa/openai/gpt-5": 4, "composite/council/anthropic/claude-haiku-4-5": 7 } as const;
type AskedModel = keyof typeof EXPECTED_CALLS;
export const MOA: AskedModel = "composite/moa/openai/gpt-5";
export const COUNCIL: AskedModel = "composite/council/anthropic/claude-haiku-4-5";

export interface Stack {
  gatewayUrl: string;
  /** Null when it is left out. */
  jaegerUrl: string | null;
  apiKey: string;
}

function check(model: AskedModel, { text, calls, simulated }: { text: string; calls: unknown; simulated: unknown }): void {
  if (text.trim() === "") throw new Error(`${model} answered with nothing`);
  if (calls !== EXPECTED_CALLS[model]) throw new Error(`${model} made ${String(calls)} calls instead of ${EXPECTED_CALLS[model]}`);
  if (simulated !== true) throw new Error(`${model} did not mark its answer as simulated`);
}

/**
 * Asks a model `times` times at once through the official client.
 *
 * @throws when an answer is missing, empty, of another number of calls, or not marked as simulated
 */
export async function askForJson({ gatewayUrl, apiKey }: Stack, model: AskedModel, times = 1): Promise<void> {
  const models = Array.from({ length: times }, () => model);
  for (const { outcome } of await sendFirstRequests(gatewayUrl, apiKey, models)) {
    if ("problem" in outcome) throw new Error(`${model} failed: ${outcome.problem}`);
    check(model, outcome);
  }
}

/** The same for one streamed answer, which also has to end with its reason and its usage. */
export async function askForStream({ gatewayUrl, apiKey }: Stack, model: AskedModel): Promise<void> {
  const client = new OpenAI({ baseURL: `${gatewayUrl}/v1`, apiKey, maxRetries: 0, timeout: 60_000 });
  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: "user", content: "Name one advantage of asking several models." }],
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let finishReason: string | null = null;
  let totalTokens = 0;
  let extension: Record<string, unknown> = {};
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    finishReason = chunk.choices[0]?.finish_reason ?? finishReason;
    totalTokens = chunk.usage?.total_tokens ?? totalTokens;
    if ("composite" in chunk && isRecord(chunk.composite)) extension = chunk.composite;
  }
  check(model, { text, calls: extension["calls"], simulated: extension["simulated"] });
  if (finishReason !== "stop") throw new Error(`the stream of ${model} ended with ${String(finishReason)}`);
  if (totalTokens === 0) throw new Error(`the stream of ${model} told no usage`);
}

/** @throws when the gateway takes a request without a key */
export async function checkThatKeyIsNeeded({ gatewayUrl }: Stack): Promise<void> {
  const { status } = await fetch(`${gatewayUrl}/v1/models`);
  if (status !== 401) throw new Error(`a request without a key was answered with ${status} instead of 401`);
}

/** @throws when nothing answers at an address within `withinMs` */
export async function waitForAnswer(url: string, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await fetch(url).catch((error: unknown) => error);
    if (answer instanceof Response && answer.ok) return;
    const problem = answer instanceof Response ? `status ${answer.status}` : String(answer);
    if (performance.now() > deadline) throw new Error(`${url} did not answer within ${withinMs / 1000} s: ${problem}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
