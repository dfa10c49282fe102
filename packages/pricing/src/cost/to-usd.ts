/** US dollars from integer nano-dollars: the number whose shortest decimal form is the exact amount. */
export function toUsd(nanoUsd: number): number {
  return nanoUsd / 1e9;
}
