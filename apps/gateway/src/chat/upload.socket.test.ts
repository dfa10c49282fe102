import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { buildTestGateway, type TestGateway } from "../testing/build-test-gateway.ts";

let gateway: TestGateway;
let url: string;

async function rawAnswer(text: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
  await once(socket, "connect");
  socket.end(text);
  let answer = "";
  for await (const data of socket) answer += String(data);
  return answer;
}

describe("an upload", () => {
  beforeAll(async () => {
    gateway = await buildTestGateway({ bodyLimitBytes: 1024 * 1024 });
    url = await gateway.app.listen({ host: "127.0.0.1", port: 0 });
  });

  afterAll(() => gateway.shutdown(0));

  test("that is announced too large is answered 413 while the client still sends", async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const answer = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "x".repeat(12 * 1024 * 1024),
      });
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ error: { code: "request_too_large", param: null } });
    }
  });

  test("that grows too large without announcing it is answered 413", async () => {
    const upload = request(`${url}/v1/chat/completions`, { method: "POST", headers: { "content-type": "application/json" } });
    upload.on("error", () => undefined);
    const answered = once(upload, "response");
    for (let part = 0; part < 40; part += 1) upload.write("x".repeat(64 * 1024));
    const [response] = (await answered) as [{ statusCode: number }];
    expect(response.statusCode).toBe(413);
    upload.destroy();
  });

  test("that is cut off in the middle hands nothing in and leaves the gateway alive", async () => {
    const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
    await once(socket, "connect");
    socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{");
    const open = (): Promise<number> => new Promise((resolve) => gateway.app.server.getConnections((_error, count) => resolve(count)));
    await vi.waitFor(async () => expect(await open()).toBeGreaterThan(0));
    socket.destroy();
    const answer = await fetch(`${url}/health/live`);
    expect(answer.status).toBe(200);
    expect(gateway.gate.submitted).toEqual([]);
  });

  test("that is no HTTP is answered in the form of every other error", async () => {
    const answer = await rawAnswer("HELLO there\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(answer.slice(answer.indexOf("{")))).toMatchObject({ error: { code: "invalid_request", param: null } });
  });
});
