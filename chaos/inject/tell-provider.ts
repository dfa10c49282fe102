import type { Arena } from "../arena/arena.ts";

/** Tells mock-provider what it enforces from now on, as its document names it; `{}` lifts everything. */
export async function tellProvider({ stack }: Arena, settings: object): Promise<void> {
  const answer = await fetch(`${stack.mockUrl}/limits`, { method: "PUT", body: JSON.stringify(settings) });
  if (!answer.ok) throw new Error(await answer.text());
}
