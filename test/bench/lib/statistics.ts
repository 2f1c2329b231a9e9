export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The median of every number that rows have in common. */
export function medianOf<Row extends object>(rows: Row[]): Row {
  const [first] = rows;
  if (!first) throw new Error("no rows");
  return Object.fromEntries(
    Object.entries(first).map(([key, value]) => [
      key,
      typeof value === "number" ? median(rows.map((row) => Number(row[key as keyof Row]))) : value,
    ]),
  ) as Row;
}
