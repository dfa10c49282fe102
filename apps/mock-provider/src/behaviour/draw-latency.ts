import type { Random } from "@composite-llm/core";
import type { Latency } from "./behaviour.ts";

/** A wait in ms. The logarithm of a log-normal one is normal around the median's (Box and Muller, 1958). */
export function drawLatencyMs(latency: Latency, random: () => Random): number {
  if (latency.kind === "fixed") return latency.ms;
  const draw = random();
  const normal = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  return latency.medianMs * Math.exp(latency.sigma * normal);
}
