import type { Usage } from "@composite-llm/contracts";

/** A price that changes for the whole request once its input is longer than `above` tokens. */
export interface PriceTier {
  above: number;
  price: number;
}

/** Pico-dollars (1e-12 US dollars) a token; an amount a million tokens in dollars is a million times as much. */
export interface TokenPrice {
  base: number;
  /** Rising by `above`. */
  tiers: readonly PriceTier[];
}

/** What a model costs. A price that the vendor does not list separately is that of the kind it belongs to. */
export interface UnitPrices {
  input: TokenPrice;
  cachedInput: TokenPrice;
  cacheWrite: TokenPrice;
  output: TokenPrice;
  reasoning: TokenPrice;
  /** Pico-dollars. */
  perRequest: number;
}

/** A price of so many US dollars a million tokens, whatever the length of the input. */
export function flatPrice(usdPerMillion: number): TokenPrice {
  return { base: Math.round(usdPerMillion * 1e6), tiers: [] };
}

/** The cost of one request, rounded to integer nano-dollars at the end only. */
export function costNanoUsd(prices: UnitPrices, usage: Usage): number {
  const cached = Math.min(usage.cachedTokens, usage.inputTokens);
  const written = Math.min(usage.cacheWriteTokens, usage.inputTokens - cached);
  const reasoning = Math.min(usage.reasoningTokens, usage.outputTokens);
  const amount = (price: TokenPrice, tokens: number): number => tokens * priceAt(price, usage.inputTokens);
  const pico =
    amount(prices.input, usage.inputTokens - cached - written) +
    amount(prices.cachedInput, cached) +
    amount(prices.cacheWrite, written) +
    amount(prices.output, usage.outputTokens - reasoning) +
    amount(prices.reasoning, reasoning) +
    prices.perRequest;
  return Math.round(pico / 1000);
}

function priceAt({ base, tiers }: TokenPrice, inputTokens: number): number {
  let price = base;
  for (const tier of tiers) if (inputTokens > tier.above) price = tier.price;
  return price;
}
