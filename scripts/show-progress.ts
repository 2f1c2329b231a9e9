/** A line on a terminal that says how far something is; nothing where no one looks. */
export function showProgress() {
  const { stderr } = process;
  return {
    show(part: string, count: number): void {
      if (stderr.isTTY) stderr.write(`\r${count.toLocaleString("en")} ${part} …\u001b[K`);
    },
    clear(): void {
      if (stderr.isTTY) stderr.write("\r\u001b[K");
    },
  };
}
