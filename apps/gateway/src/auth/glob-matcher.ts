/** Whether a name matches one of the globs, where `*` stands for any text, slashes included. */
export function globMatcher(globs: readonly string[]): (name: string) => boolean {
  const patterns = globs.map((glob) => {
    const parts = glob.split("*").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`));
    return new RegExp(`^${parts.join(".*")}$`, "s");
  });
  return (name) => patterns.some((pattern) => pattern.test(name));
}
