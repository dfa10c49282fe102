import { type Docker, DockerError } from "./docker.ts";

const ANSWER_MS = 10_000;

/** Why no containers can be run here, as a sentence; null when they can. */
export async function explainMissingEngine(docker: Docker): Promise<string | null> {
  try {
    // `docker info` would also succeed where something else than an engine answers.
    await docker(["version", "--format", "{{.Server.Version}}"], AbortSignal.timeout(ANSWER_MS));
  } catch (error) {
    if (error instanceof DockerError) return "no container engine answers here";
    throw error;
  }
  try {
    await docker(["compose", "version"], AbortSignal.timeout(ANSWER_MS));
  } catch (error) {
    if (error instanceof DockerError) return "docker has no compose here";
    throw error;
  }
  return null;
}

/** Whether an image is on the engine, or could be brought there now. */
export async function isImageAvailable(docker: Docker, image: string, signal: AbortSignal): Promise<boolean> {
  for (const args of [
    ["image", "inspect", "--format", "{{.Id}}", image],
    ["pull", "--quiet", image],
  ]) {
    const found = await docker(args, signal).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
