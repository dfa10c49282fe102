import { type FSWatcher, watch } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";

export interface FileWatch {
  close(): void;
}

/** Differs between any two states of a file that matter; `missing` when it is not there. */
async function stateOf(path: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(path);
    return `${await realpath(path)}:${ino}:${mtimeMs}:${size}`;
  } catch {
    return "missing";
  }
}

/**
 * Calls back after something happened to a file, once things are quiet again.
 *
 * Folders are watched, not the file: editors and atomic writers put another file in its place, and Kubernetes swaps a
 * symbolic link next to it. Where the system reports nothing (network and virtual machines' file systems), a look at the
 * file every `pollMs` finds out.
 */
export async function watchFile(
  path: string,
  onEvent: () => void,
  { quietMs, pollMs }: { quietMs: number; pollMs: number },
): Promise<FileWatch> {
  const watchers = new Map<string, FSWatcher>();
  let state = await stateOf(path);
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  const look = async (): Promise<void> => {
    const next = await stateOf(path);
    if (isClosed) return;
    if (next !== state) {
      state = next;
      onEvent();
    }
    await watchFolders();
  };
  const lookSoon = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void look(), quietMs);
    timer.unref();
  };

  function watchFolder(folder: string): void {
    if (watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, lookSoon);
      watcher.on("error", () => {
        watcher.close();
        watchers.delete(folder);
      });
      watchers.set(folder, watcher);
    } catch {
      // Not there, or no watches left: the look every pollMs remains.
    }
  }

  async function watchFolders(): Promise<void> {
    const real = await realpath(path).catch(() => path);
    if (isClosed) return;
    const folders = new Set([dirname(path), dirname(real)]);
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of folders) watchFolder(folder);
  }

  await watchFolders();
  const poll = setInterval(() => void look(), pollMs);
  poll.unref();
  return {
    close: () => {
      isClosed = true;
      clearInterval(poll);
      if (timer !== null) clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}
