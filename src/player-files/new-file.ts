import { open, rename, rm } from "node:fs/promises";
import { FileError } from "./records";

/**
 * Writes a file that only its owner reads, and that is there when it is whole: until then it lies beside it as
 * `<path>.unfinished`. Nothing is ever overwritten.
 * @throws {FileError} when there is one
 */
export async function writeNewFile<T>(
  path: string,
  work: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  // Takes the name, before a long while is spent.
  await (await create(path)).close();
  const unfinished = `${path}.unfinished`;
  try {
    const file = await create(unfinished);
    let result: T;
    try {
      result = await work(async (text) => void (await file.writeFile(text)));
      await file.sync();
    } catch (error) {
      await file.close();
      await rm(unfinished);
      throw error;
    }
    await file.close();
    await rename(unfinished, path);
    return result;
  } catch (error) {
    await rm(path);
    throw error;
  }
}

async function create(path: string) {
  try {
    return await open(path, "wx", 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new FileError(
      code === "EEXIST"
        ? `${path} is there already, and is not overwritten.`
        : `${path} cannot be written: ${message}.`,
      { cause: error },
    );
  }
}
