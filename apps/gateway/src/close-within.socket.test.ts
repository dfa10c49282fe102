import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { systemClock } from "@composite-llm/core";
import { fastify, type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { closeWithin } from "./close-within.ts";
import { trackLastAnswers } from "./last-answers.ts";
import { trackUnusedConnections } from "./unused-connections.ts";

let app: FastifyInstance;
let agent: Agent;
let port: number;
let close: (options: { sharesPort: boolean; graceMs?: number }) => Promise<void>;
/** Lets `/slow` answer. */
let answerNow: () => void;
const cutOff = vi.fn<() => void>();

beforeEach(async () => {
  cutOff.mockClear();
  const { promise, resolve } = Promise.withResolvers<void>();
  answerNow = resolve;
  app = fastify();
  app.get("/", () => "here");
  app.get("/slow", () => promise.then(() => "at last"));
  const [unused, lastAnswers] = [trackUnusedConnections(app.server), trackLastAnswers(app.server)];
  close = ({ sharesPort, graceMs = 10_000 }) => closeWithin(app, { unused, lastAnswers, sharesPort, graceMs, cutOff, clock: systemClock });
  await app.listen({ port: 0, host: "127.0.0.1" });
  port = (app.server.address() as AddressInfo).port;
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});

afterEach(async () => {
  agent.destroy();
  await app.close();
});

async function ask(path: string): Promise<{ text: string; connection: string | undefined }> {
  const [answer] = (await once(get({ port, host: "127.0.0.1", path, agent }), "response")) as [IncomingMessage];
  return { text: await text(answer), connection: answer.headers.connection };
}

function isTaken(): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.destroy());
}

describe("a server that closes", () => {
  it("serves those who wait to be accepted", async () => {
    const waiting: Socket[] = Array.from({ length: 30 }, () => connect(port, "127.0.0.1"));
    // The kernel knows them now, and the server does not yet.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const closed = close({ sharesPort: true });
    const answers = waiting.map((socket) => {
      socket.write("GET / HTTP/1.1\r\nhost: here\r\n\r\n");
      return text(socket);
    });
    for (const answer of answers) expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[^]*connection: close[^]*here$/i);
    await closed;
  });

  it("says on an answer under way that it is the last one of its connection, and ends with it", async () => {
    const asked = ask("/slow");
    await once(app.server, "request");
    const closed = close({ sharesPort: true });
    await vi.waitFor(async () => expect(await isTaken()).toBe(false));
    answerNow();
    expect(await asked).toEqual({ text: "at last", connection: "close" });
    await closed;
    expect(cutOff).not.toHaveBeenCalled();
  });

  it("leaves an idle connection to its client while others share the port, and answers on it once more", async () => {
    expect(await ask("/")).toEqual({ text: "here", connection: "keep-alive" });
    const closed = close({ sharesPort: true });
    await vi.waitFor(async () => expect(await isTaken()).toBe(false));
    expect(await ask("/")).toEqual({ text: "here", connection: "close" });
    await closed;
  });

  it("closes idle connections when nobody else would answer on the port", async () => {
    await ask("/");
    await close({ sharesPort: false });
    expect(await isTaken()).toBe(false);
  });

  it("cuts what outlasts the grace time", async () => {
    await ask("/");
    const asked = ask("/slow");
    await once(app.server, "request");
    await close({ sharesPort: true, graceMs: 10 });
    expect(cutOff).toHaveBeenCalledOnce();
    await expect(asked).rejects.toThrow("hang up");
  });
});
