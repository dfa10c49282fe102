import type { MalformedRequest } from "./malformed-requests.ts";

const chat = (fields: object): object => ({
  model: "composite/moa/openai/gpt-5",
  messages: [{ role: "user", content: "Hello" }],
  ...fields,
});

const NO_RUN = "01a20423-f3b4-77ac-965f-a9294235a100";

/** What is no id of a run that is there; the last byte of an id is the number of a shard. */
const NO_RUNS = ["nonsense", NO_RUN, NO_RUN.toUpperCase(), `${NO_RUN}0`, `${NO_RUN.slice(0, -2)}ff`, "%00"];

/** What can be asked about one run. */
const ABOUT = [
  ["GET", ""],
  ["GET", "/events"],
  ["GET", "/events?starting_after=1"],
  ["DELETE", ""],
  ["DELETE", "?erase=true"],
  ["POST", "/retry"],
] as const;

/** What is wrong with a run as with a chat completion. */
const FIELDS: [title: string, fields: object, code: string, param: string][] = [
  ["that is waited for", { background: false }, "invalid_request", "background"],
  ["with a deadline of nothing", { total_deadline_ms: 0 }, "invalid_request", "total_deadline_ms"],
  ["with a negative deadline", { total_deadline_ms: -5 }, "invalid_request", "total_deadline_ms"],
  ["with a deadline beyond the cap", { total_deadline_ms: 3_600_001 }, "invalid_request", "total_deadline_ms"],
  ["with a quorum above its members", { stages: { propose: { min_success: 4 } } }, "invalid_request", "stages.propose.min_success"],
  ["with a webhook to this machine", { webhook: { url: "https://127.0.0.1/", secret: "billing" } }, "webhook_not_allowed", "webhook.url"],
  ["with an unknown secret", { webhook: { url: "https://example.org/", secret: "x" } }, "webhook_not_allowed", "webhook.secret"],
];

/** Requests about runs that are not there, or cannot be asked for like this. */
export const MALFORMED_RUN_REQUESTS: readonly MalformedRequest[] = [
  ...NO_RUNS.flatMap((id): MalformedRequest[] =>
    ABOUT.map(([method, path]) => ({
      title: `${method} of run ${id}${path}`,
      method,
      path: `/v1/runs/${id}${path}`,
      ...(method === "POST" ? { body: {} } : {}),
      status: 404,
      code: "run_not_found",
      param: null,
    })),
  ),
  ...FIELDS.map(([title, fields, code, param]): MalformedRequest => ({
    title: `a run ${title}`,
    path: "/v1/runs",
    body: chat(fields),
    status: 400,
    code,
    param,
  })),
  {
    title: "an unknown wish to erase",
    method: "DELETE",
    path: `/v1/runs/${NO_RUN}?erase=perhaps`,
    status: 400,
    code: "invalid_request",
    param: "erase",
  },
  {
    title: "a retry with other fields",
    path: `/v1/runs/${NO_RUN}/retry`,
    body: { n: 2 },
    status: 400,
    code: "invalid_request",
    param: "n",
  },
  { title: "a page before nothing", method: "GET", path: "/v1/runs?cursor=abc", status: 400, code: "invalid_cursor", param: "cursor" },
  { title: "an empty page", method: "GET", path: "/v1/runs?limit=0", status: 400, code: "invalid_request", param: "limit" },
  { title: "a page without end", method: "GET", path: "/v1/runs?limit=1e9", status: 400, code: "invalid_request", param: "limit" },
  { title: "runs in an unknown state", method: "GET", path: "/v1/runs?status=late", status: 400, code: "invalid_request", param: "status" },
  { title: "a run of no model", path: "/v1/runs", body: chat({ model: "nobody/x" }), status: 404, code: "model_not_found", param: "model" },
  ...["", "k".repeat(256), "na\u00efve"].flatMap((key): MalformedRequest[] =>
    ["/v1/runs", "/v1/chat/completions"].map((path) => ({
      title: `an Idempotency-Key of ${key.length} characters for ${path}: ${JSON.stringify(key.slice(0, 10))}`,
      path,
      headers: { "idempotency-key": key },
      body: chat({}),
      status: 400,
      code: "invalid_request",
      param: "Idempotency-Key",
    })),
  ),
];
