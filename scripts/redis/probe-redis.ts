import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export type RedisAnswer = { reachable: true } | { reachable: false; reason: string };

/** A command in the protocol of Redis: an array of bulk strings. */
function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

function credentials({ username, password }: URL): string[] | null {
  if (password === "") return null;
  return username === "" ? [decodeURIComponent(password)] : [decodeURIComponent(username), decodeURIComponent(password)];
}

function open(url: URL): Socket {
  if (url.protocol === "unix:") return connectTcp({ path: decodeURIComponent(url.pathname) });
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? 6379 : Number(url.port);
  return url.protocol === "rediss:" ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
}

/**
 * Asks a Redis for a PING, with the credentials of its URL, once. The reason of a failure never contains them.
 *
 * @param url `redis://`, `rediss://` or `unix://` and a path
 */
export function probeRedis(url: string, timeoutMs = 2_000): Promise<RedisAnswer> {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !["redis:", "rediss:", "unix:"].includes(parsed.protocol)) {
    return Promise.resolve({ reachable: false, reason: "it is not a URL that begins with redis://, rediss:// or unix://" });
  }
  const auth = credentials(parsed);
  return new Promise((resolve) => {
    const socket = open(parsed);
    let received = "";
    const end = (answer: RedisAnswer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end({ reachable: false, reason: `no answer within ${timeoutMs / 1000} s` }));
    socket.on("error", (error) => end({ reachable: false, reason: "code" in error ? String(error.code) : error.message }));
    socket.on("close", () => end({ reachable: false, reason: "it closed the connection" }));
    socket.on("data", (data) => {
      received += data.toString("latin1");
      const lines = received.split("\r\n").slice(0, -1);
      const refusal = lines.find((line) => !line.startsWith("+"));
      if (refusal !== undefined) end({ reachable: false, reason: refusal.startsWith("-") ? refusal.slice(1) : "it is not a Redis" });
      else if (lines.length === (auth === null ? 1 : 2)) end({ reachable: true });
    });
    socket.write((auth === null ? "" : encode(["AUTH", ...auth])) + encode(["PING"]));
  });
}
