import { Pool } from "undici";

const QUESTION = [{ role: "user", content: "Which river is longer, the Rhine or the Danube?" }];

export interface FanOutClients {
  /** Three calls at once and a fourth with their answers: what a composite run does, done in this process alone. */
  bare(): Promise<void>;
  /** The same as one request to the gateway. */
  composite(): Promise<void>;
  /** Time from the request to the first piece of text of a streamed answer, in ms. */
  firstToken(target: "provider" | "gateway"): Promise<number>;
  close(): Promise<void>;
}

interface Completion {
  choices: { message: { content: string } }[];
}

/** @param model the mock model that all calls use */
export function createFanOutClients(gatewayUrl: string, mockUrl: string, model: string): FanOutClients {
  const gateway = new Pool(gatewayUrl, { connections: 200, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  const provider = new Pool(mockUrl, { connections: 800, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });

  const post = async (pool: Pool, path: string, body: object): Promise<Completion> => {
    const headers = { "content-type": "application/json", authorization: "Bearer bench" };
    const response = await pool.request({ method: "POST", path, headers, body: JSON.stringify(body) });
    const text = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as Completion;
  };
  const call = (messages: object[]) => post(provider, "/openai/v1/chat/completions", { model, messages });

  return {
    bare: async () => {
      const answers = await Promise.all([call(QUESTION), call(QUESTION), call(QUESTION)]);
      const references = answers.map((answer, index) => `[${index + 1}] ${answer.choices[0]?.message.content ?? ""}`).join("\n");
      await call([...QUESTION, { role: "user", content: `Answer with these references:\n${references}` }]);
    },
    composite: async () => {
      await post(gateway, "/v1/chat/completions", { model: `composite/moa/openai/${model}`, messages: QUESTION });
    },
    firstToken: async (target) => {
      const [pool, path, name] =
        target === "gateway" ? [gateway, "/v1/chat/completions", `openai/${model}`] : [provider, "/openai/v1/chat/completions", model];
      const headers = { "content-type": "application/json", authorization: "Bearer bench" };
      const sentAt = performance.now();
      const response = await pool.request({
        method: "POST",
        path,
        headers,
        body: JSON.stringify({ model: name, messages: QUESTION, stream: true }),
      });
      let firstAt: number | null = null;
      let seen = "";
      for await (const chunk of response.body) {
        if (firstAt !== null) continue;
        seen += String(chunk);
        if (/"content":"[^"]/.test(seen)) firstAt = performance.now();
      }
      if (firstAt === null) throw new Error(`no text came from the ${target}: ${seen.slice(0, 300)}`);
      return firstAt - sentAt;
    },
    close: async () => {
      await Promise.all([gateway.close(), provider.close()]);
    },
  };
}
