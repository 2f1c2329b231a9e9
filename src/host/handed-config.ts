import type { Config } from "../config/config";
import { deepFreeze } from "../config/deep-freeze";
import type { FirstProcess } from "./runtime";

/** From the first process to a worker, before everything else. */
export type ConfigMessage = { config: Config };

/**
 * The configuration that the first process hands over. A worker reads none of its own: `.env` or `config.yml` may have
 * changed since, and processes of one server would go by different rules.
 * @param channel this process, with its channel to the process that started this one
 * @throws {Error} when that one is gone
 */
export function receiveConfig(channel: FirstProcess): Promise<Config> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error("the first process is gone"));
    channel.once("disconnect", gone);
    channel.once("message", ({ config }: ConfigMessage) => {
      channel.off("disconnect", gone);
      resolve(deepFreeze(config));
    });
    if (!channel.connected) gone();
  });
}
