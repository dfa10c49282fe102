import type { CompositeExtension } from "@composite-llm/contracts";

/** What the panel did, in words: what clients that asked for it show as reasoning. */
export function toPanelSummary(composite: CompositeExtension): string {
  const lines = composite.stages.map((stage) => {
    const calls = stage.calls.map((call) => {
      const end = call.status === "succeeded" ? `${call.latency_ms} ms, ${call.usage.total_tokens} tokens` : (call.class ?? call.status);
      return `${call.role} ${call.slot + 1} (${call.provider}/${call.model}: ${end})`;
    });
    return `${stage.name}: ${calls.join(", ")}.`;
  });
  const ranks = composite.ranking.map(
    ({ label, score, mean_position }) => `${label} ${score.toFixed(2)} (mean position ${mean_position.toFixed(1)})`,
  );
  if (ranks.length > 0) lines.push(`ranking: ${ranks.join(", ")}.`);
  if (composite.degraded.length > 0) lines.push(`degraded: ${composite.degraded.map(({ code }) => code).join(", ")}.`);
  return lines.join("\n");
}
