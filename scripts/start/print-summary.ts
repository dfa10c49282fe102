import type { FirstAnswer } from "./send-first-requests.ts";

export interface SummaryFacts {
  /** Label and address of everything that listens. */
  addresses: readonly (readonly [label: string, address: string])[];
  mode: "mock" | "real";
  localModels: readonly string[];
  logs: string;
  readyAfterMs: number;
  warnings: readonly string[];
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(14)} ${value}`;
}

const MOCK_LINES = [
  "MOCK MODE: no provider key was found, so every answer is SIMULATED by mock-provider.",
  "           Put a key such as OPENAI_API_KEY into .env and start again for real ones.",
];

/** What is told once everything is ready. */
export function toSummary({ addresses, mode, localModels, logs, readyAfterMs, warnings }: SummaryFacts): string[] {
  return [
    "",
    `Composite LLM is ready (${(readyAfterMs / 1000).toFixed(1)} s).`,
    "",
    ...addresses.map(([label, address]) => row(label, address)),
    row("logs", logs),
    "",
    ...(mode === "mock" ? MOCK_LINES.map((line) => `  ${line}`) : ["  REAL MODE: requests go to providers and cost money."]),
    ...localModels.map((line) => `  ${line}`),
    ...warnings.map((warning) => `  Note: ${warning}`),
    "",
  ];
}

/** One line for each of the first answers. */
export function toAnswerLine({ model, outcome }: FirstAnswer): string {
  if ("problem" in outcome) return `  ${model}: no answer: ${outcome.problem}`;
  const text = outcome.text.replaceAll(/\s+/g, " ");
  const quote = text.length > 70 ? `${text.slice(0, 69)}…` : text;
  const source = outcome.simulated ? ", simulated" : "";
  return `  ${model}: ${outcome.calls} calls, ${outcome.latencyMs} ms${source}: ${quote}`;
}

/** A command to try, in one line that a shell takes as it is. */
export function toCurlLine(gatewayUrl: string, model: string, needsKey: boolean): string {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Why is the sky blue?" }] });
  const key = needsKey ? ` -H "authorization: Bearer $API_KEY"` : "";
  return `curl ${gatewayUrl}/v1/chat/completions -H "content-type: application/json"${key} -d '${body}'`;
}
