export function toDuration(ms: number): string {
  return ms < 999.5 ? `${Math.max(0, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param usd US dollars; null where no price is known */
export function toMoney(usd: number | null): string {
  if (usd === null) return "–";
  return `$${usd >= 0.1 || usd === 0 ? usd.toFixed(2) : usd.toFixed(5)}`;
}

export function toTokens(tokens: number): string {
  return `${tokens.toLocaleString("en-US")} ${tokens === 1 ? "token" : "tokens"}`;
}

/** A model's name without what only tells mock-provider how to behave. */
export function toDisplayName(model: string): string {
  return model.replace(/-mock-.*$/, "");
}
