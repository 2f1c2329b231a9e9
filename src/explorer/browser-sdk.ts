let bundle: Promise<string> | null = null;

/** The SDK as one file for a `<script>`, built from its sources on first use. */
export function browserSdk(): Promise<string> {
  bundle ??= build();
  return bundle;
}

async function build(): Promise<string> {
  const entry = Bun.fileURLToPath(new URL("../../sdk/src/script.ts", import.meta.url));
  const { outputs } = await Bun.build({
    entrypoints: [entry],
    target: "browser",
    format: "iife",
    minify: true,
  });
  const [output] = outputs;
  if (!output) throw new Error("the SDK could not be bundled");
  return output.text();
}
