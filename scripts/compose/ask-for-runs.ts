import OpenAI from "openai";
import type { Stack } from "./ask-stack.ts";

/** Slow enough that something can happen to each of its stages. */
const PANEL = {
  model: "composite/moa/openai/gpt-4o-mock-tokens-20-tps-10",
  proposers: ["openai/gpt-4o-mini-mock-latency-2500", "anthropic/claude-haiku-4-5-mock-latency-2500"],
  messages: [{ role: "user" as const, content: "Which fault is the worst?" }],
};
export const PANEL_STEPS: readonly string[] = ["propose.0.0", "propose.0.1", "final"];

const TIMEOUT_MS = 60_000;

async function askForJson(client: OpenAI, options: object): Promise<string> {
  const completion = await client.chat.completions.create({ ...PANEL, ...options });
  if ((completion.choices[0]?.message.content ?? "") === "") throw new Error(`${completion.id} has no text`);
  return completion.id;
}

async function askForStream(client: OpenAI, options: object): Promise<string> {
  let id = "";
  let pieces = 0;
  let end: string | null = null;
  for await (const chunk of await client.chat.completions.create({ ...PANEL, ...options, stream: true })) {
    id = chunk.id;
    if ((chunk.choices[0]?.delta.content ?? "") !== "") pieces += 1;
    end = chunk.choices[0]?.finish_reason ?? end;
  }
  if (end !== "stop" || pieces === 0) throw new Error(`the stream of ${id} ended with ${String(end)} after ${pieces} pieces of text`);
  return id;
}

/**
 * Asks so often at once through the official client, which repeats nothing by itself; half of the answers are streams.
 *
 * @param options fields of ours for each request
 * @returns the runs
 * @throws what went wrong with any of them
 */
export async function askForRuns({ gatewayUrl, apiKey }: Stack, count: number, options: object = {}): Promise<string[]> {
  const client = new OpenAI({ baseURL: `${gatewayUrl}/v1`, apiKey, maxRetries: 0, timeout: TIMEOUT_MS });
  const asked = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? askForJson : askForStream)(client, options));
  const answers = await Promise.allSettled(asked);
  const problems = answers.flatMap((answer) => (answer.status === "rejected" ? [String(answer.reason)] : []));
  if (problems.length > 0) throw new Error(`${problems.length} of ${count} requests failed:\n${[...new Set(problems)].join("\n")}`);
  return answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.replace("chatcmpl-", "")] : []));
}
