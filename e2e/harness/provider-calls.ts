import type { ChatCompletion } from "@composite-llm/contracts";

interface Tokens {
  input: number;
  output: number;
}

/** How a request ended, as mock-provider's ledger has it. */
interface ProviderCallEnd {
  endedMs: number;
  status: number | null;
  /** `aborted`: the caller left first. */
  outcome: "completed" | "aborted" | "error";
  /** What the caller was told. */
  usage: Tokens | null;
}

/** A request as the provider saw it: the judge of what was really called. */
export interface ProviderCall {
  id: number;
  run: string | null;
  step: string | null;
  cell: number | null;
  try: number | null;
  wire: "openai" | "anthropic";
  model: string;
  stream: boolean;
  startedMs: number;
  /** Null while it is under way. */
  end: ProviderCallEnd | null;
}

type LedgerLine = Omit<ProviderCall, "end"> & ProviderCallEnd & { event: "started" | "ended" };

/** All requests that mock-provider ever got, or those of one run, in the order in which they came. */
export async function providerCalls(mockUrl: string | null, run?: string): Promise<ProviderCall[]> {
  const answer = await fetch(`${mockUrl}/ledger${run === undefined ? "" : `?run=${run}`}`);
  const lines = (await answer.text()).split("\n").filter((line) => line !== "");
  const calls = new Map<number, ProviderCall>();
  for (const line of lines) {
    const { event, endedMs, status, outcome, usage, ...call } = JSON.parse(line) as LedgerLine;
    calls.set(call.id, { ...call, end: event === "ended" ? { endedMs, status, outcome, usage } : null });
  }
  return [...calls.values()];
}

/** What the provider told its callers, summed; only those that ended well were told anything. */
export function reportedUsage(
  calls: readonly ProviderCall[],
): Pick<ChatCompletion["usage"], "prompt_tokens" | "completion_tokens" | "total_tokens"> {
  const told = calls.flatMap(({ end }) => (end?.usage === null || end === null ? [] : [end.usage]));
  const input = told.reduce((sum, usage) => sum + usage.input, 0);
  const output = told.reduce((sum, usage) => sum + usage.output, 0);
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

/** Requests by step, as `propose.0.0`: 2 for a step that was sent twice. */
export function requestsByStep(calls: readonly ProviderCall[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { step } of calls) counts[step ?? ""] = (counts[step ?? ""] ?? 0) + 1;
  return counts;
}
