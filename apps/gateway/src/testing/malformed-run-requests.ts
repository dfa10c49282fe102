import type { MalformedRequest } from "./malformed-requests.ts";

const chat = (fields: object): object => ({
  model: "composite/moa/openai/gpt-5",
  messages: [{ role: "user", content: "Hello" }],
  ...fields,
});

const NO_RUN = "01a20423-f3b4-77ac-965f-a9294235a100";

/** Requests about runs that are not there, or cannot be asked for like this. */
export const MALFORMED_RUN_REQUESTS: readonly MalformedRequest[] = [
  ...["nonsense", NO_RUN, NO_RUN.toUpperCase(), `${NO_RUN}0`, "%00"].flatMap((id): MalformedRequest[] =>
    (["GET", "DELETE"] as const).map((method) => ({
      title: `${method} of run ${id}`,
      method,
      path: `/v1/runs/${id}`,
      status: 404,
      code: "run_not_found",
      param: null,
    })),
  ),
  { title: "events of no run", method: "GET", path: "/v1/runs/nonsense/events", status: 404, code: "run_not_found", param: null },
  { title: "a retry of no run", path: `/v1/runs/${NO_RUN}/retry`, body: {}, status: 404, code: "run_not_found", param: null },
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
  {
    title: "a run that is waited for",
    path: "/v1/runs",
    body: chat({ background: false }),
    status: 400,
    code: "invalid_request",
    param: "background",
  },
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
