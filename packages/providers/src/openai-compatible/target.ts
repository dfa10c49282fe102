import type { RequestTarget } from "../exchange/vendor-wire.ts";
import type { ProviderConnection } from "../provider.ts";

/** The SDK wants a key even where the header that carries it is left out. */
const NO_KEY = "none";

/**
 * Lets OpenAI's client build one request, for its address and headers. They are the same for every call of a connection, so
 * the client's own way through a request, which costs several times the request itself, is gone once and not every time.
 */
export async function loadTarget({ baseUrl, apiKey, auth, headers, query }: ProviderConnection): Promise<RequestTarget> {
  // Loaded when it is first needed: a process that makes no such call does without its 15 MB.
  const { OpenAI } = await import("openai");
  const key = apiKey?.reveal() ?? null;
  const client = new OpenAI({
    apiKey: key ?? NO_KEY,
    baseURL: baseUrl,
    maxRetries: 0,
    // Everything is handed in: nothing of these is taken from the environment.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    defaultQuery: { ...query },
    defaultHeaders: { ...keyHeaders(key, auth), ...headers },
  });
  const { req, url } = await client.buildRequest({ method: "post", path: "/chat/completions", body: {} });
  return { url, headers: Object.fromEntries(req.headers) };
}

function keyHeaders(key: string | null, auth: ProviderConnection["auth"]): Record<string, string | null> {
  if (auth === "bearer") return key === null ? { Authorization: null } : {};
  const name = auth === "api-key-header" ? "api-key" : "x-api-key";
  return { Authorization: null, [name]: key };
}
