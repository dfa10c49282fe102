import { expect, it } from "vitest";
import { toRoute } from "./route.ts";

it.each([
  ["POST", "/openai/v1/chat/completions", { kind: "completion", wire: "openai" }],
  ["POST", "/openai/v1/chat/completions?api-version=1", { kind: "completion", wire: "openai" }],
  ["POST", "/anthropic/v1/messages", { kind: "completion", wire: "anthropic" }],
  ["POST", "/anthropic/v1/messages?beta=true", { kind: "completion", wire: "anthropic" }],
  ["GET", "/openai/v1/chat/completions", { kind: "unknown", wire: "openai" }],
  ["GET", "/openai/v1/models", { kind: "models", wire: "openai", id: null }],
  ["GET", "/openai/v1/models/vendor%2Fmodel", { kind: "models", wire: "openai", id: "vendor/model" }],
  ["GET", "/openai/v1/models/vendor/model", { kind: "models", wire: "openai", id: "vendor/model" }],
  ["GET", "/openai/v1/models/100%", { kind: "models", wire: "openai", id: "100%" }],
  ["GET", "/anthropic/v1/models", { kind: "models", wire: "anthropic", id: null }],
  ["GET", "/health/live", { kind: "health" }],
  ["GET", "/ledger?run=r%201", { kind: "ledger", run: "r 1" }],
  ["GET", "/ledger", { kind: "ledger", run: null }],
  ["DELETE", "/ledger", { kind: "ledger-reset" }],
  ["GET", "/ledger/stats", { kind: "ledger-stats" }],
  ["GET", "/ledger/judgement?from=5", { kind: "judgement", search: new URLSearchParams({ from: "5" }) }],
  ["GET", "/limits", { kind: "limits" }],
  ["PUT", "/limits", { kind: "limits-replace" }],
  ["GET", "/anthropic/v2", { kind: "unknown", wire: "anthropic" }],
  ["GET", "/", { kind: "unknown", wire: "openai" }],
])("routes %s %s", (method, target, route) => {
  expect(toRoute(method, target)).toEqual(route);
});
