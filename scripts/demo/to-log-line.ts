import { toDisplayName, toDuration, toMoney, toTokens } from "./amounts.ts";
import type { ExhibitNews } from "./exhibit-news.ts";

/**
 * One thing that happened, as a line for a log file or a pipe; null for what would only repeat.
 *
 * @param sinceMs time since the request was sent
 */
export function toLogLine(news: ExhibitNews, sinceMs: number): string | null {
  const what = describe(news);
  return what === null ? null : `[${toDuration(sinceMs).padStart(7)}] ${what}`;
}

function describe(news: ExhibitNews): string | null {
  switch (news.kind) {
    case "stage": {
      const { name, state, reason } = news.data;
      return `${name}: ${state}${reason === null ? "" : ` (${reason})`}`;
    }
    case "call": {
      const { step, role, provider, model, state, usage, cost_usd, latency_ms } = news.data;
      const figures = [
        ...(latency_ms === undefined ? [] : [toDuration(latency_ms)]),
        ...(usage === undefined ? [] : [toTokens(usage.total_tokens), toMoney(cost_usd ?? null)]),
      ];
      const why = news.data.class ?? null;
      const words = [`${state}${why === null ? "" : ` (${why})`}`, ...figures];
      return `${step}: ${role} ${provider}/${toDisplayName(model)} ${words.join(", ")}`;
    }
    case "ballot": {
      const { step, ranking } = news.data;
      return ranking.length === 0 ? `${step}: no valid ballot, so it abstains` : `${step}: ranks ${ranking.join(" > ")}`;
    }
    case "problem":
      return `failed: ${news.message}`;
    case "text":
    case "summary":
      return null;
  }
}
