/** What mock-provider saw of the limits that it was asked about. */
export interface Judgement {
  requests: { total: number; most: number; over: number | null };
  concurrent: { most: number; over: number | null };
  /** How many it refused, by what refused them. */
  refused: Record<string, number>;
}

/** Limits as mock-provider's judge and its rules name them. */
interface JudgedLimits {
  requests_per_minute?: number;
  concurrent?: number;
}

/** Has mock-provider refuse, from now on, what is over these limits. */
export async function enforceLimits(mockUrl: string | null, limits: JudgedLimits & { match?: object }): Promise<void> {
  const answer = await fetch(`${mockUrl}/limits`, { method: "PUT", body: JSON.stringify({ rules: [limits] }) });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Looks through all that it saw, also what it did not have to refuse. @param of as `model` or `wire` */
export async function judge(mockUrl: string | null, limits: JudgedLimits, of: Record<string, string> = {}): Promise<Judgement> {
  const query = new URLSearchParams({ ...of, ...Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, String(limit)])) });
  const answer = await fetch(`${mockUrl}/ledger/judgement?${query.toString()}`);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Judgement;
}
