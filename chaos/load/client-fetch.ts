import { Agent, fetch as fetchBy } from "undici";

/** A gateway that is to end waits until its clients let go of their connections: these do so soon. */
const agent = new Agent({ keepAliveMaxTimeout: 1_500 });

/** `fetch` as the suite's clients use it. Its types are those of the global one, which it is a newer copy of. */
export const clientFetch = ((url: string, init: object = {}) => fetchBy(url, { ...init, dispatcher: agent })) as unknown as typeof fetch;
