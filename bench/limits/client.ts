import { Pool } from "undici";

/** How the gateway answered. */
export interface GatewayAnswer {
  status: number;
  body: { id?: string; status?: string };
}

/** Requests to a gateway, on as many connections as they need. */
export interface Client {
  /** @param key the caller's */
  send(method: "POST" | "GET" | "DELETE", path: string, body?: object, key?: string): Promise<GatewayAnswer>;
  close(): Promise<void>;
}

export function openClient(gatewayUrl: string): Client {
  const pool = new Pool(gatewayUrl, { connections: 500, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  return {
    send: async (method, path, body, key = "bench") => {
      const { statusCode, body: answer } = await pool.request({
        method,
        path,
        headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: statusCode, body: JSON.parse(await answer.text()) as GatewayAnswer["body"] };
    },
    close: () => pool.destroy(),
  };
}

/** A request of one model's answer. */
export function toRequest(model: string, fields: object = {}): object {
  return {
    model: `openai/${model}`,
    messages: [{ role: "user", content: "Which river is longer, the Rhine or the Danube?" }],
    max_tokens: 50,
    ...fields,
  };
}
