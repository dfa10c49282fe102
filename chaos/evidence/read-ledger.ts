import type { Stack } from "@composite-llm/scripts/stack";
import { type LedgerRequest, parseLedger } from "./ledger-request.ts";

/** All requests that the provider ever got, or those of one run. */
export async function readLedger({ mockUrl }: Stack, run?: string): Promise<LedgerRequest[]> {
  const answer = await fetch(`${mockUrl}/ledger${run === undefined ? "" : `?run=${run}`}`);
  return parseLedger(await answer.text());
}
