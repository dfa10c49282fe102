import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Folders of the workspace that are packages, and those whose folders are. */
const PACKAGES = ["", "bench", "chaos", "e2e", "examples", "scripts"];
const PARENTS = ["apps", "packages"];

function manifests(root) {
  const children = PARENTS.flatMap((parent) =>
    existsSync(join(root, parent))
      ? readdirSync(join(root, parent))
          .toSorted((left, right) => (left < right ? -1 : 1))
          .map((name) => join(parent, name))
      : [],
  );
  return [...PACKAGES, ...children].map((folder) => join(folder, "package.json"));
}

/** A digest of everything that decides what an installation looks like; another digest means that it is out of date. */
export function stampOf(root) {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\n`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests(root)]) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`${file}\n`).update(readFileSync(path));
  }
  return hash.digest("hex");
}
