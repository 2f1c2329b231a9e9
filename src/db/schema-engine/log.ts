/** Writes one line of the log that the Prisma CLI reads on stderr. */
export function report(level: "INFO" | "ERROR", fields: { message: string; error_code?: string }): void {
  process.stderr.write(`${JSON.stringify({ level, fields, target: "schema_engine::logger" })}\n`);
}
