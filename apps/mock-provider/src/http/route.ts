import type { WireName } from "../wires/wire.ts";

/** What a request is for. */
export type Route =
  | { kind: "completion"; wire: WireName }
  /** `id` is null for the list. */
  | { kind: "models"; wire: WireName; id: string | null }
  | { kind: "health" }
  | { kind: "ledger"; run: string | null }
  | { kind: "ledger-stats" }
  | { kind: "ledger-reset" }
  | { kind: "judgement"; search: URLSearchParams }
  | { kind: "limits" }
  | { kind: "limits-replace" }
  | { kind: "unknown"; wire: WireName };

const COMPLETIONS: Readonly<Record<string, WireName>> = {
  "/openai/v1/chat/completions": "openai",
  "/anthropic/v1/messages": "anthropic",
};
const MODELS = /^\/(?<wire>openai|anthropic)\/v1\/models(?:\/(?<id>.+))?$/;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param target path and query as they stand in the request line */
export function toRoute(method: string, target: string): Route {
  const at = target.indexOf("?");
  const path = at < 0 ? target : target.slice(0, at);
  const completion = COMPLETIONS[path];
  if (completion !== undefined && method === "POST") return { kind: "completion", wire: completion };
  if (path === "/health/live") return { kind: "health" };
  if (path === "/ledger/stats") return { kind: "ledger-stats" };
  if (path === "/ledger/judgement") return { kind: "judgement", search: new URLSearchParams(target.slice(path.length)) };
  if (path === "/limits") return { kind: method === "PUT" ? "limits-replace" : "limits" };
  if (path === "/ledger") {
    return method === "DELETE"
      ? { kind: "ledger-reset" }
      : { kind: "ledger", run: new URLSearchParams(target.slice(path.length)).get("run") };
  }
  const models = MODELS.exec(path)?.groups;
  const wire = path.startsWith("/anthropic/") ? "anthropic" : "openai";
  if (models !== undefined && method === "GET")
    return { kind: "models", wire, id: models["id"] === undefined ? null : decode(models["id"]) };
  return { kind: "unknown", wire };
}
