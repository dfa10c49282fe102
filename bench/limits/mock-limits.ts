/** What mock-provider's judge found; its README tells what each means. */
export interface RateJudgement {
  total: number;
  most: number;
  over: number | null;
  use: number | null;
}

export interface Judgement {
  requests: RateJudgement;
  tokens: RateJudgement;
  concurrent: { most: number; over: number | null; use: number | null };
  refused: Readonly<Record<string, number>>;
}

/** Limits of a provider, by the names that composite.yaml and mock-provider share. */
export interface ProviderLimits {
  requests_per_minute?: number;
  tokens_per_minute?: number;
  concurrent?: number;
}

async function readJson(answer: Response): Promise<unknown> {
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Has the mock enforce limits, in the settings of its README. */
export async function setLimits(mockUrl: string, settings: object): Promise<void> {
  await readJson(await fetch(`${mockUrl}/limits`, { method: "PUT", body: JSON.stringify(settings) }));
}

/** Judges the requests that arrived in an interval. */
export async function judge(mockUrl: string, limits: ProviderLimits, fromMs: number, toMs: number): Promise<Judgement> {
  const query = new URLSearchParams({ from: String(fromMs), to: String(toMs) });
  for (const [name, limit] of Object.entries(limits)) query.set(name, String(limit));
  return (await readJson(await fetch(`${mockUrl}/ledger/judgement?${query.toString()}`))) as Judgement;
}

/** A request of the mock's ledger, as far as it is looked at here. */
export interface SeenRequest {
  id: number;
  run: string | null;
  step: string | null;
  startedMs: number;
  /** Null while it is under way, like all that follow. */
  endedMs: number | null;
  status: number | null;
  refusedBy: string | null;
}

type Line = Pick<SeenRequest, "id" | "run" | "step" | "startedMs"> & Partial<SeenRequest>;

/** All requests that the mock has seen, in the order in which they came. */
export async function seenRequests(mockUrl: string): Promise<SeenRequest[]> {
  const text = await (await fetch(`${mockUrl}/ledger`)).text();
  const requests = new Map<number, SeenRequest>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const { id, run, step, startedMs, endedMs = null, status = null, refusedBy = null } = JSON.parse(line) as Line;
    requests.set(id, { id, run, step, startedMs, endedMs, status, refusedBy });
  }
  return [...requests.values()];
}

/** Requests under way at the mock, and those that it has answered well. */
export async function countRequests(mockUrl: string): Promise<{ inFlight: number; completed: number }> {
  return (await readJson(await fetch(`${mockUrl}/ledger/stats`))) as { inFlight: number; completed: number };
}
