import { MALFORMED_RUN_REQUESTS } from "./malformed-run-requests.ts";

/** A request that must be refused before anything is handed in, and how. */
export interface MalformedRequest {
  /** What is wrong with it. */
  title: string;
  method?: "GET" | "POST" | "DELETE";
  path?: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as it is where it is text or bytes, as JSON otherwise. */
  body?: unknown;
  status: number;
  code: string;
  param: string | null;
  /** What the message must say. */
  message?: RegExp;
}

/** What the gateway must be configured with for the table to hold. */
export const MALFORMED_CONFIGURATION = `
version: 1
providers:
  openai: {}
  anthropic: {}
webhooks: { secrets: { billing: c2lnbmluZyBzZWNyZXQ } }
models:
  capabilities: { openai/gpt-4.1: { top_logprobs: false } }
profiles:
  research: { strategy: council, model: openai/gpt-5, locked: [chairman_model], council_models: [openai/gpt-5-mini, anthropic/claude-haiku-4-5, openai/gpt-5] }
  mirror: { strategy: moa, model: openai/gpt-5, proposers: [composite/profile/mirror, openai/gpt-5] }
  ping: { strategy: moa, model: openai/gpt-5, proposers: [composite/profile/pong] }
  pong: { strategy: moa, model: openai/gpt-5, aggregator: composite/profile/ping }
  one: { strategy: moa, model: openai/gpt-5, proposers: [composite/profile/two] }
  two: { strategy: moa, model: openai/gpt-5, proposers: [composite/profile/three] }
  three: { strategy: moa, model: openai/gpt-5, proposers: [composite/profile/one] }
  deep: { strategy: moa, model: openai/gpt-5, proposers: [composite/profile/research] }
`;

const MODEL = "composite/moa/openai/gpt-5";
const USER = { role: "user", content: "Hello" };
const MEMBER = "openai/gpt-5-mini";

const CALL = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
const TOOL = { type: "function", function: { name: "f" } };

const chat = (fields: object): object => ({ model: MODEL, messages: [USER], ...fields });
const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

type Row = [title: string, fields: object, param: string | null, message?: RegExp];

/** Rows that differ in fields of an otherwise sound chat completion. */
const FIELDS: Row[] = [
  ["no model", { model: undefined }, "model", /missing/],
  ["a model that is no text", { model: 5 }, "model", /string/],
  ["an empty model", { model: "" }, "model"],
  ["no messages", { messages: undefined }, "messages", /missing/],
  ["an empty list of messages", { messages: [] }, "messages"],
  ["messages that are no list", { messages: "Hello" }, "messages", /list/],
  ["a message that is null", { messages: [null] }, "messages[0]"],
  ["a message without a role", { messages: [{ content: "x" }] }, "messages[0].role"],
  ["an unknown role", { messages: [{ role: "robot", content: "x" }] }, "messages[0].role"],
  ["a message without content", { messages: [{ role: "user" }] }, "messages[0].content"],
  ["a number as content", { messages: [{ role: "user", content: 7 }] }, "messages[0].content"],
  ["no content part", { messages: [{ role: "user", content: [] }] }, "messages[0].content"],
  [
    "a content part of an unknown type",
    { messages: [USER, { role: "user", content: [{ type: "smell" }] }] },
    "messages[1].content[0].type",
  ],
  [
    "an image without its address",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: {} }] }] },
    "messages[0].content[0].image_url.url",
  ],
  ["a tool message without its call's id", { messages: [USER, { role: "tool", content: "x" }] }, "messages[1].tool_call_id"],
  [
    "a tool message that nobody asked for",
    { messages: [USER, { role: "tool", content: "x", tool_call_id: "a" }] },
    "messages[1].tool_call_id",
  ],
  ["a tool call that is not answered", { messages: [USER, { role: "assistant", tool_calls: [CALL] }, USER] }, "messages[1].tool_calls"],
  ["text as temperature", { temperature: "hot" }, "temperature", /number/],
  ["a temperature above 2", { temperature: 2.1 }, "temperature"],
  ["a negative top_p", { top_p: -0.1 }, "top_p"],
  ["no choice at all", { n: 0 }, "n"],
  ["a negative number of choices", { n: -1 }, "n"],
  ["too many choices", { n: 1000 }, "n"],
  ["two choices of a model that gives one", { model: "anthropic/claude-opus-4-5", n: 2 }, "n", /claude-opus-4-5/],
  ["two choices of a final model that gives one", { aggregator: "anthropic/claude-opus-4-5", n: 2 }, "n", /claude-opus-4-5/],
  [
    "two choices where a composite within speaks last",
    { aggregator: "composite/moa/anthropic/claude-haiku-4-5", n: 2 },
    "n",
    /claude-haiku-4-5/,
  ],
  ["log probabilities of a model without them", { model: "anthropic/claude-haiku-4-5", logprobs: true }, "logprobs"],
  ["log probabilities of a final model that reasons", { logprobs: true, top_logprobs: 2 }, "logprobs", /gpt-5/],
  [
    "alternatives that the operator knows the model not to give",
    { model: "openai/gpt-4.1", logprobs: true, top_logprobs: 2 },
    "top_logprobs",
  ],
  ["a fraction of a token", { max_tokens: 1.5 }, "max_tokens"],
  ["negative tokens", { max_completion_tokens: -5 }, "max_completion_tokens"],
  ["two different output caps", { max_tokens: 1, max_completion_tokens: 2 }, "max_tokens"],
  ["five stop texts", { stop: times(5, "a") }, "stop"],
  ["text as stream", { stream: "true" }, "stream"],
  ["stream_options without stream", { stream_options: { include_usage: true } }, "stream_options"],
  ["top_logprobs without logprobs", { top_logprobs: 3 }, "top_logprobs"],
  ["a tool without a name", { tools: [{ type: "function", function: {} }] }, "tools[0].function.name"],
  ["a tool_choice without tools", { tool_choice: "auto" }, "tool_choice"],
  [
    "a tool_choice that is not among the tools",
    { tools: [TOOL], tool_choice: { type: "function", function: { name: "g" } } },
    "tool_choice",
  ],
  ["an unknown response format", { response_format: { type: "xml" } }, "response_format.type"],
  ["a schema format without its schema", { response_format: { type: "json_schema" } }, "response_format.json_schema"],
  ["functions of old", { functions: [] }, "functions", /tools/],
  ["background", { background: true }, "background", /\/v1\/runs/],
  ["background in words", { background: "yes" }, "background"],
  ["a webhook that is no object", { webhook: "https://example.org/" }, "webhook", /object/],
  ["a webhook without a secret", { webhook: { url: "https://example.org/" } }, "webhook.secret", /missing/],
  ["a webhook among our options", { composite: { webhook: {} } }, "composite.webhook", /top level/],
  ["an unknown wish on a hang-up", { on_disconnect: "wait" }, "on_disconnect"],
  ["metadata that is no text", { metadata: { a: 1 } }, "metadata.a"],
  ["too much metadata", { metadata: Object.fromEntries(times(17, 0).map((_, index) => [`k${index}`, "v"])) }, "metadata"],
  ["a misspelt option at the top level", { proposer: [MEMBER] }, "proposer", /did you mean proposers/],
  ["a misspelt option in composite", { composite: { agregator: MEMBER } }, "composite.agregator", /did you mean aggregator/],
  ["a misspelt option in optional_params", { optional_params: { layer: 2 } }, "optional_params.layer", /did you mean layers/],
  ["a vendor's field among our options", { composite: { top_k: 1 } }, "composite.top_k", /top level/],
  ["an option of another strategy", { council_models: [MEMBER] }, "council_models", /council/],
  ["an option given twice with different values", { layers: 1, composite: { layers: 2 } }, "composite.layers", /differ/],
  ["options that are no object", { composite: [1] }, "composite", /object/],
  ["layers below one", { layers: 0 }, "layers"],
  ["negative layers", { composite: { layers: -2 } }, "composite.layers"],
  ["layers without end", { layers: 1_000_000 }, "layers"],
  ["members that are no list", { proposers: MEMBER }, "proposers", /list/],
  ["no member", { proposers: [] }, "proposers"],
  ["nine members", { proposers: times(9, MEMBER) }, "proposers", /1 to 8/],
  [
    "nine members by count",
    {
      composite: {
        proposers: [
          { model: MEMBER, count: 5 },
          { model: MEMBER, count: 4 },
        ],
      },
    },
    "composite.proposers",
    /1 to 8/,
  ],
  ["a negative count", { proposers: [{ model: MEMBER, count: -1 }] }, "proposers[0].count"],
  ["a count of a billion", { proposers: [{ model: MEMBER, count: 1e9 }] }, "proposers[0].count"],
  ["a member without a model", { proposers: [{ count: 1 }] }, "proposers[0].model"],
  ["a member that is a number", { proposers: [3] }, "proposers[0]"],
  ["a misspelt field of a member", { proposers: [{ model: MEMBER, parms: {} }] }, "proposers[0].parms", /params/],
  ["tools for a member", { proposers: [{ model: MEMBER, params: { tools: [] } }] }, "proposers[0].params.tools"],
  ["a policy for a stage that is not there", { stages: { propos: { min_success: 1 } } }, "stages.propos", /[Dd]id you mean propose/],
  ["a misspelt policy", { stages: { propose: { min_succes: 1 } } }, "stages.propose.min_succes", /min_success/],
  ["a quorum above the number of members", { stages: { propose: { min_success: 4 } } }, "stages.propose.min_success", /at most 3/],
  ["a quorum of none", { stages: { propose: { min_success: 0 } } }, "stages.propose.min_success"],
  ["a negative grace", { composite: { stages: { propose: { grace_ms: -1 } } } }, "composite.stages.propose.grace_ms"],
  [
    "a quorum above the number of reviewers",
    { model: "composite/council/openai/gpt-5", stages: { review: { min_success: 4 } } },
    "stages.review.min_success",
    /at most 3/,
  ],
  ["a quorum in part", { stages: { propose: { min_success: 1.5 } } }, "stages.propose.min_success"],
  ["a grace beyond the cap", { stages: { propose: { grace_ms: 3_600_001 } } }, "stages.propose.grace_ms", /3600000/],
  ["a stage's deadline of nothing", { stages: { propose: { deadline_ms: 0 } } }, "stages.propose.deadline_ms"],
  ["a stage's negative deadline", { stages: { propose: { deadline_ms: -1 } } }, "stages.propose.deadline_ms"],
  ["a stage's deadline beyond the cap", { stages: { propose: { deadline_ms: 3_600_001 } } }, "stages.propose.deadline_ms", /3600000/],
  ["a deadline in part", { total_deadline_ms: 1.5 }, "total_deadline_ms"],
  ["a deadline in words", { total_deadline_ms: "10s" }, "total_deadline_ms"],
  ["a deadline just beyond the cap", { total_deadline_ms: 3_600_001 }, "total_deadline_ms", /3600000/],
  ["a deadline of nothing", { total_deadline_ms: 0 }, "total_deadline_ms"],
  ["a negative deadline", { total_deadline_ms: -5 }, "total_deadline_ms"],
  ["a deadline beyond the cap", { total_deadline_ms: 1e12 }, "total_deadline_ms"],
  ["a negative price", { max_cost_usd: -1 }, "max_cost_usd"],
  ["a price in words", { max_cost_usd: "cheap" }, "max_cost_usd"],
  ["an unknown priority", { priority: "urgent" }, "priority"],
  ["an unknown wish on restart", { composite: { restart: "again" } }, "composite.restart"],
  ["an unknown kind of usage", { usage: "all" }, "usage"],
  ["a composite within a composite within a composite", { proposers: ["composite/profile/deep"] }, "proposers[0]", /one level/],
  [
    "a member that leads back to its own profile",
    { model: "composite/profile/mirror" },
    "model",
    /profile\/mirror → composite\/profile\/mirror/,
  ],
  [
    "two profiles that contain each other",
    { model: "composite/profile/ping" },
    "model",
    /ping → composite\/profile\/pong → composite\/profile\/ping/,
  ],
  ["three profiles that contain each other", { model: "profile/one" }, "model", /one → .*two → .*three → .*one/],
  [
    "a member that is such a profile",
    { composite: { proposers: ["composite/profile/ping"] } },
    "composite.proposers[0]",
    /contain each other/,
  ],
  ["more calls than a run may make", { layers: 4, proposers: times(8, `composite/moa/${MEMBER}`) }, "proposers[0]", /more than 64 calls/],
  ["an option that the profile locks", { model: "composite/profile/research", chairman_model: MEMBER }, "chairman_model", /locked/],
];

/** Names that nothing answers to. */
const NAMES: Row[] = [
  ["an unknown strategy", { model: "composite/magic/openai/gpt-5" }, "model", /moa/],
  ["an unknown profile", { model: "composite/profile/reserch" }, "model", /research/],
  ["an unknown provider", { model: "composite/moa/opnai/gpt-5" }, "model", /openai/],
  ["an unknown provider of a plain model", { model: "nobody/gpt-5" }, "model"],
  ["a bare name of nobody's model", { model: "no-such-thing" }, "model"],
  ["a strategy without a model", { model: "composite/moa" }, "model"],
  ["a strategy with an empty model", { model: "composite/moa/openai/" }, "model"],
  ["a member of an unknown provider", { proposers: [MEMBER, "nobody/gpt-5"] }, "proposers[1]"],
  ["a member at an unknown provider", { composite: { aggregator: { model: MEMBER, provider: "nobody" } } }, "composite.aggregator"],
  ["a member that is an unknown profile", { proposers: ["composite/profile/nothing"] }, "proposers[0]"],
];

const bytes = (...parts: (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));

/** Bodies that are no sound JSON at all, and requests that are no chat completion. */
const RAW: MalformedRequest[] = [
  { title: "an empty body", body: "", status: 400, code: "invalid_request", param: null, message: /empty/ },
  { title: "half a body", body: `{"model": "${MODEL}", "messages": [`, status: 400, code: "invalid_request", param: null, message: /JSON/ },
  { title: "a body that is a list", body: "[]", status: 400, code: "invalid_request", param: null },
  { title: "a body that is text", body: '"hello"', status: 400, code: "invalid_request", param: null },
  {
    title: "broken UTF-8",
    body: bytes('{"model": "', [0xc3, 0x28], '"}'),
    status: 400,
    code: "invalid_request",
    param: null,
    message: /UTF-8/,
  },
  {
    title: "UTF-16",
    body: bytes([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
    status: 400,
    code: "invalid_request",
    param: null,
    message: /UTF-8/,
  },
  {
    title: "deep nesting",
    body: `{"model": "${MODEL}", "x": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    status: 400,
    code: "invalid_request",
    param: "x[0][0][0][0][0]",
    message: /levels/,
  },
  {
    title: "an integer beyond 2^53",
    body: `{"model": "${MODEL}", "messages": [], "seed": 9007199254740993}`,
    status: 400,
    code: "invalid_request",
    param: "seed",
    message: /2\^53/,
  },
  { title: "a number beyond all numbers", body: `{"temperature": 1e999}`, status: 400, code: "invalid_request", param: "temperature" },
  {
    title: "a key that reaches for the prototype",
    body: `{"model": "${MODEL}", "messages": [], "composite": {"__proto__": {"layers": 2}}}`,
    status: 400,
    code: "invalid_request",
    param: null,
    message: /__proto__/,
  },
  {
    title: "a body over the limit",
    body: `{"model": "${MODEL}", "messages": [{"role": "user", "content": "${"x".repeat(10 * 2 ** 20)}"}]}`,
    status: 413,
    code: "request_too_large",
    param: null,
  },
  {
    title: "a form",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "model=x",
    status: 400,
    code: "invalid_request",
    param: null,
    message: /application\/json/,
  },
  { title: "plain text", headers: { "content-type": "text/plain" }, body: "{}", status: 400, code: "invalid_request", param: null },
  {
    title: "a compressed body",
    headers: { "content-encoding": "gzip" },
    body: bytes([0x1f, 0x8b, 0x08, 0x00]),
    status: 400,
    code: "invalid_request",
    param: null,
    message: /compressed/,
  },
  {
    title: "a path that is not served",
    path: "/v1/embeddings",
    body: {},
    status: 404,
    code: "unknown_endpoint",
    param: null,
    message: /POST \/v1\/chat\/completions/,
  },
  {
    title: "a path without its version",
    path: "/chat/completions",
    body: {},
    status: 404,
    code: "unknown_endpoint",
    param: null,
    message: /base URL must end in \/v1/,
  },
  { title: "another method", method: "GET", path: "/v1/chat/completions", status: 404, code: "unknown_endpoint", param: null },
  { title: "a path with broken encoding", method: "GET", path: "/v1/models/%zz", status: 400, code: "invalid_request", param: null },
  {
    title: "a model that is not there",
    method: "GET",
    path: "/v1/models/composite%2Fmagic%2Fopenai%2Fgpt-5",
    status: 404,
    code: "model_not_found",
    param: "model",
  },
];

/** Webhooks that may not be called. */
const WEBHOOKS: Row[] = [
  ["a webhook to a plain address", { webhook: { url: "http://example.org/", secret: "billing" } }, "webhook.url", /https/],
  ["a webhook to this machine", { webhook: { url: "https://127.0.0.1/", secret: "billing" } }, "webhook.url", /public/],
  ["a webhook to this machine in one number", { webhook: { url: "https://2130706433/", secret: "billing" } }, "webhook.url", /public/],
  ["a webhook to a private network", { webhook: { url: "https://[fd00::1]/", secret: "billing" } }, "webhook.url", /public/],
  ["a webhook to a mapped address", { webhook: { url: "https://[::ffff:10.0.0.1]/", secret: "billing" } }, "webhook.url", /public/],
  ["a webhook to a cloud's metadata", { webhook: { url: "https://169.254.169.254/", secret: "billing" } }, "webhook.url", /public/],
  ["a webhook to this machine by name", { webhook: { url: "https://localhost:8443/", secret: "billing" } }, "webhook.url", /public/],
  ["a webhook to a name of a private network", { webhook: { url: "https://PRINTER.local./", secret: "billing" } }, "webhook.url", /public/],
  ["a webhook that is no address", { webhook: { url: "hook", secret: "billing" } }, "webhook.url", /URL/],
  ["a webhook with a password", { webhook: { url: "https://a:b@example.org/", secret: "billing" } }, "webhook.url", /password/],
  [
    "a webhook without a known secret",
    { webhook: { url: "https://example.org/", secret: "other" } },
    "webhook.secret",
    /webhooks\.secrets/,
  ],
];

function refused(status: number, code: string): (row: Row) => MalformedRequest {
  return ([title, fields, param, message]) => ({
    title,
    body: chat(fields),
    status,
    code,
    param,
    ...(message === undefined ? {} : { message }),
  });
}

/** Every one is answered with this status, code and param; nothing is handed in, and the process lives on. */
export const MALFORMED_REQUESTS: readonly MalformedRequest[] = [
  ...RAW,
  ...MALFORMED_RUN_REQUESTS,
  ...WEBHOOKS.map(refused(400, "webhook_not_allowed")),
  ...FIELDS.map(refused(400, "invalid_request")),
  ...NAMES.map(refused(404, "model_not_found")),
];
