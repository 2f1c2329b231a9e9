import type { z } from "zod";

/** One setting, declared once. Its name in the environment, or in `config.yml` alone, is its key in the table. */
export type Setting = Readonly<{
  /** `section.key` in `config.yml`, for a variable of the environment that may stand there as well. */
  file?: `${string}.${string}`;
  /** Of the value as `config.yml` has it; the text of a variable is made a number or a flag first. */
  schema: z.ZodType;
  /** The value when nothing is set. */
  default?: unknown;
  /** What the README gives for the default where the value itself is not said, or says too little. */
  shown?: string;
  /** What it means, in one phrase for the README's table; units included. */
  sentence: string;
}>;

/** A variable of the environment (`DB_PORT`), or a key of `config.yml` alone (`server.workers`). */
export type SettingName = Uppercase<string> | `${string}.${string}`;

/** The settings of one section by name. */
export type SettingTable = Readonly<Record<SettingName, Setting>>;

/** What a setting is once read: a default leaves nothing undefined. */
export type SettingValue<S extends Setting> = S extends { default: unknown }
  ? z.output<S["schema"]>
  : z.output<S["schema"]> | undefined;
