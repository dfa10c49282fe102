import type { Configuration } from "../configuration.ts";
import { watchFile } from "./watch-file.ts";

/** The configuration as it is now. */
export interface ConfigurationSource {
  current(): Configuration;
  /** @returns what ends the calls */
  onChange(listener: (configuration: Configuration) => void): () => void;
  close(): void;
}

export interface WatchOptions {
  /** The file; null when there is none, and nothing to watch. */
  path: string | null;
  load(): Promise<Configuration>;
  /** A changed file was taken over. */
  onChange?(configuration: Configuration): void;
  /** A changed file cannot be used; the configuration before it stays. */
  onProblem(error: unknown): void;
  /** How long the file must have been left alone before it is read; 100 ms unless given. */
  quietMs?: number;
  /** How often the file is looked at even without a sign of a change; 5 s unless given. */
  pollMs?: number;
}

/**
 * Loads the configuration and takes over later changes of its file.
 *
 * @throws what `load` throws the first time
 */
export async function watchConfiguration(options: WatchOptions, watchPath: typeof watchFile = watchFile): Promise<ConfigurationSource> {
  const { path, load, onProblem, quietMs = 100, pollMs = 5_000 } = options;
  const listeners = new Set<(configuration: Configuration) => void>();
  if (options.onChange !== undefined) listeners.add(options.onChange);
  let isClosed = false;
  // The first load counts as one: what changes meanwhile is loaded after it.
  let isLoading = true;
  let isStale = false;

  const reload = async (): Promise<void> => {
    isStale = isLoading;
    if (isLoading) return;
    isLoading = true;
    try {
      const next = await load();
      // A change that came meanwhile is loaded next: only the newest file is taken over, or complained about.
      if (!isStale && !isClosed) {
        configuration = next;
        for (const listener of listeners) listener(next);
      }
    } catch (error) {
      if (!isStale && !isClosed) onProblem(error);
    }
    isLoading = false;
    if (isStale && !isClosed) void reload();
  };

  // Watched before it is read, so that no change falls between the two.
  const watch = path === null ? null : await watchPath(path, () => void reload(), { quietMs, pollMs });
  let configuration: Configuration;
  try {
    configuration = await load();
  } catch (error) {
    watch?.close();
    throw error;
  }
  isLoading = false;
  if (isStale) void reload();
  return {
    current: () => configuration,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      isClosed = true;
      watch?.close();
      listeners.clear();
    },
  };
}
