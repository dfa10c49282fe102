import { isRecord } from "@composite-llm/core";
import OpenAI from "openai";

export interface FirstAnswer {
  /** As requested. */
  model: string;
  outcome: { text: string; calls: number; simulated: boolean; latencyMs: number } | { problem: string };
}

const QUESTION = "In one sentence: why ask several models instead of one?";

async function ask(client: OpenAI, model: string): Promise<FirstAnswer> {
  const startedMs = performance.now();
  try {
    const completion = await client.chat.completions.create({ model, messages: [{ role: "user", content: QUESTION }] });
    const latencyMs = Math.round(performance.now() - startedMs);
    const extension = "composite" in completion && isRecord(completion.composite) ? completion.composite : {};
    const { calls, simulated } = extension;
    const text = completion.choices[0]?.message.content ?? "";
    return { model, outcome: { text, calls: typeof calls === "number" ? calls : 0, simulated: simulated === true, latencyMs } };
  } catch (error) {
    return { model, outcome: { problem: error instanceof Error ? error.message : String(error) } };
  }
}

/** Sends each model one request through the official client, all at once. What fails is told, not thrown. */
export function sendFirstRequests(gatewayUrl: string, apiKey: string, models: readonly string[]): Promise<FirstAnswer[]> {
  const client = new OpenAI({ baseURL: `${gatewayUrl}/v1`, apiKey, maxRetries: 0, timeout: 120_000 });
  return Promise.all(models.map((model) => ask(client, model)));
}
