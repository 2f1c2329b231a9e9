type Process = Pick<NodeJS.Process, "platform" | "env">;

/** Where a display is no matter of the environment. */
const HAVE_A_DISPLAY = ["darwin", "win32", "android"];

/** Why no browser of this computer could show the player a page; undefined where one may, which is then tried. */
export function whyNoBrowser({ platform, env }: Process): Error | undefined {
  // A command that somebody has chosen, as remote editors do to open a page at home.
  if (env.BROWSER) return undefined;
  if (HAVE_A_DISPLAY.includes(platform)) {
    return env.SSH_CONNECTION ? new Error("The player is at another computer (SSH).") : undefined;
  }
  // Linux inside Windows opens the browser of Windows.
  const hasDisplay = env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME;
  return hasDisplay ? undefined : new Error("This computer has no display.");
}
